//! What a screen works with.

use std::ops::{Deref, DerefMut};

/// Something that a screen works with: borrowed where its caller needs it afterwards, owned where the screen stays for as
/// long as there is one.
pub enum Held<'t, T: ?Sized> {
    /// The caller's.
    Borrowed(&'t mut T),
    /// The screen's own.
    Owned(Box<T>),
}

impl<T: ?Sized> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Held::Borrowed(there) => there,
            Held::Owned(own) => own,
        }
    }
}

impl<T: ?Sized> DerefMut for Held<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match self {
            Held::Borrowed(there) => there,
            Held::Owned(own) => own,
        }
    }
}
