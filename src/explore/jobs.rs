//! The parts of a search, side by side where there are threads.

/// Does something with each part, on `jobs` threads (0: one for each processor), until one fails.
///
/// # Errors
/// The outer one: the system has no thread left.
#[cfg(feature = "threads")]
pub(super) fn each<T: Send, E: Send>(
    jobs: usize,
    parts: Vec<T>,
    work: impl Fn(T) -> Result<(), E> + Send + Sync,
) -> Result<Result<(), E>, String> {
    use rayon::prelude::*;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build().map_err(|e| e.to_string())?;
    Ok(pool.install(|| parts.into_par_iter().try_for_each(work)))
}

/// Does something with each part, one after the other, until one fails.
///
/// # Errors
/// The inner one: a part has failed.
#[cfg(not(feature = "threads"))]
pub(super) fn each<T, E>(_: usize, parts: Vec<T>, work: impl Fn(T) -> Result<(), E>) -> Result<Result<(), E>, String> {
    Ok(parts.into_iter().try_for_each(work))
}
