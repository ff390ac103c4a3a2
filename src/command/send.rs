//! Requests carried out, and what came of them in words.

use super::reply::{CommandError, Reply};
use crate::backend::{Answer, Refused, Request, Target};

/// How a request is carried out: [`send`] or [`start`].
pub type CarryOut = fn(&mut dyn Target, Request) -> Result<Reply, CommandError>;

/// Has a request carried out, and puts the answer in words.
///
/// # Errors
/// Why it was not done.
pub fn send(target: &mut dyn Target, request: Request) -> Result<Reply, CommandError> {
    carry_out(target, request, |target, request| target.send(request))
}

/// The same, but where much of the past is looked through, that is only begun; see [`Target::start_request`].
///
/// # Errors
/// Why it was not done.
pub fn start(target: &mut dyn Target, request: Request) -> Result<Reply, CommandError> {
    carry_out(target, request, |target, request| target.start_request(request))
}

/// What came of a request that was only begun, once it is there.
pub fn found(target: &mut dyn Target) -> Option<Result<Reply, CommandError>> {
    let (request, answer) = target.found()?;
    Some(answer.map(|answer| reply_of(request, answer)).map_err(CommandError::from))
}

fn reply_of(request: Request, answer: Answer) -> Reply {
    let done = answer.again.clone().unwrap_or_else(|| vec![request]);
    Reply { done, ..answer.into() }
}

fn carry_out(
    target: &mut dyn Target,
    request: Request,
    how: impl FnOnce(&mut dyn Target, Request) -> Result<Answer, Refused>,
) -> Result<Reply, CommandError> {
    if let Some(missing) = target.caps().missing(&request) {
        return Err(CommandError::new(format!("this target cannot {missing}")));
    }
    let answer = how(target, request.clone())?;
    Ok(reply_of(request, answer))
}
