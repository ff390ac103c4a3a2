//! The grammar of expressions: operators as in C, `[a]` `w[a]` `h[a]` `b[a]` for memory, `2.r3` for another
//! task's register, `2:w[a]` for memory as that task sees it.

use super::{Binary, ExprError, Node, Unary};
use winnow::ascii::multispace0;
use winnow::combinator::{Infix, Prefix, alt, cut_err, delimited, dispatch, empty, expression, fail, opt, preceded};
use winnow::error::{ContextError, ErrMode, StrContext, StrContextValue};
use winnow::prelude::*;
use winnow::stream::{LocatingSlice, Location, Stream};
use winnow::token::{any, literal, take, take_while};

type Input<'i> = LocatingSlice<&'i str>;
type Parsed<T> = Result<T, ErrMode<ContextError>>;

/// Deepest nesting: far more than is written by hand.
const DEEPEST: usize = 48;
/// Longest text.
const LONGEST: usize = 1000;
/// What is expected where a word begins with a digit.
const NUMBER: &str = "a number, such as 12, 0x2A or 0b101,";

/// Reads a whole text.
pub(super) fn whole(text: &str) -> Result<Node, ExprError> {
    if text.trim().is_empty() {
        return Err(ExprError::at(0, "an expression is expected, such as r3 == 1 or w[0x4000]"));
    }
    bounded(text)?;
    let mut input = LocatingSlice::new(text);
    let column = |offset: usize| text[..offset.min(text.len())].chars().count();
    let failed = |input: &Input<'_>, expected: String| {
        let offset = input.current_token_start();
        let rest = text[offset..].trim_start();
        let skipped = text[offset..].len() - rest.len();
        let (there, hint) = match (rest.chars().next(), expected == NUMBER) {
            (None, _) => ("the end".to_owned(), String::new()),
            (Some(c), false) => (format!("\"{c}\""), String::new()),
            (Some(_), true) => {
                let word = rest.split(|c: char| !is_part(c)).next().unwrap_or(rest);
                (format!("\"{word}\""), ExprError::hex_hint(word))
            }
        };
        ExprError::at(column(offset + skipped), format!("{expected} is expected, not {there}{hint}"))
    };
    match choice(&mut input) {
        Ok(node) if input.is_empty() => Ok(node),
        Ok(_) => Err(failed(&input, "an operator or the end".into())),
        Err(e) => {
            let context = e.into_inner().unwrap_or_else(|_| ContextError::new());
            let expected: Vec<String> = context
                .context()
                .filter_map(|c| match c {
                    StrContext::Expected(StrContextValue::Description(text)) => Some((*text).to_owned()),
                    _ => None,
                })
                .collect();
            let expected = expected.first().cloned().unwrap_or_else(|| "a number, register, name or [address]".into());
            Err(failed(&input, expected))
        }
    }
}

/// Nesting and length stay within bounds, so that reading cannot run out of stack.
fn bounded(text: &str) -> Result<(), ExprError> {
    let (mut depth, mut signs) = (0_usize, 0_usize);
    for (column, c) in text.chars().enumerate() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            // What may be chosen is inside of it to the end.
            '?' => depth += 1,
            _ => {}
        }
        signs = if "-!~".contains(c) {
            signs + 1
        } else if c == ' ' {
            signs
        } else {
            0
        };
        if depth > DEEPEST || signs > DEEPEST || column > LONGEST {
            return Err(ExprError::at(column, "this goes too deep, or is too long"));
        }
    }
    Ok(())
}

fn expected(what: &'static str) -> StrContext {
    StrContext::Expected(StrContextValue::Description(what))
}

/// An operator; its place is the end of what stands right of it.
macro_rules! binary {
    ($op:expr) => {
        |input: &mut Input<'_>, left, right| {
            let at = input.current_token_start();
            Ok(Node::Binary { op: $op, at, left: Box::new(left), right: Box::new(right) })
        }
    };
}

/// A whole expression with the blanks around it: `sum`, or `sum ? choice : choice`.
fn choice(input: &mut Input<'_>) -> Parsed<Node> {
    let condition = sum(input)?;
    if opt('?').parse_next(input)?.is_none() {
        return Ok(condition);
    }
    let yes = cut_err(choice).parse_next(input)?;
    cut_err(':').context(expected("a : with what it is otherwise")).parse_next(input)?;
    let no = cut_err(choice).parse_next(input)?;
    Ok(Node::Choice(Box::new([condition, yes, no])))
}

/// Operands with operators between them, and the blanks around it.
fn sum(input: &mut Input<'_>) -> Parsed<Node> {
    expression(operand)
        .prefix(prefix)
        .infix(preceded(multispace0, infix))
        .parse_next(input)
        .and_then(|node| multispace0.parse_next(input).map(|_| node))
}

fn prefix<'i>(input: &mut Input<'i>) -> Parsed<Prefix<Input<'i>, Node, ErrMode<ContextError>>> {
    // What is not an operator is left for the operand to report.
    let sign = alt((literal("-"), literal("!"), literal("~")));
    Ok(match preceded(multispace0, sign).parse_next(input)? {
        "-" => Prefix(20, |_: &mut _, a| Ok(Node::Unary(Unary::Negative, Box::new(a)))),
        "!" => Prefix(20, |_: &mut _, a| Ok(Node::Unary(Unary::Not, Box::new(a)))),
        _ => Prefix(20, |_: &mut _, a| Ok(Node::Unary(Unary::Flip, Box::new(a)))),
    })
}

/// Operators, the longer ones first.
fn infix<'i>(input: &mut Input<'i>) -> Parsed<Infix<Input<'i>, Node, ErrMode<ContextError>>> {
    let op = alt((
        alt((literal("||"), literal("&&"), literal("=="), literal("!="), literal("<="), literal(">="))),
        alt((literal("<<"), literal(">>"), literal("<"), literal(">"), literal("|"), literal("^"), literal("&"))),
        alt((literal("+"), literal("-"), literal("*"), literal("/"), literal("%"))),
    ))
    .parse_next(input)?;
    Ok(match op {
        "||" => Infix::Left(1, binary!(Binary::Or)),
        "&&" => Infix::Left(2, binary!(Binary::And)),
        "==" => Infix::Left(3, binary!(Binary::Equal)),
        "!=" => Infix::Left(3, binary!(Binary::Unequal)),
        "<" => Infix::Left(4, binary!(Binary::Less)),
        "<=" => Infix::Left(4, binary!(Binary::LessOrEqual)),
        ">" => Infix::Left(4, binary!(Binary::Greater)),
        ">=" => Infix::Left(4, binary!(Binary::GreaterOrEqual)),
        // Unlike in C, bit operators bind tighter than comparisons.
        "|" => Infix::Left(5, binary!(Binary::BitOr)),
        "^" => Infix::Left(6, binary!(Binary::BitXor)),
        "&" => Infix::Left(7, binary!(Binary::BitAnd)),
        "<<" => Infix::Left(8, binary!(Binary::ShiftLeft)),
        ">>" => Infix::Left(8, binary!(Binary::ShiftRight)),
        "+" => Infix::Left(9, binary!(Binary::Add)),
        "-" => Infix::Left(9, binary!(Binary::Subtract)),
        "*" => Infix::Left(10, binary!(Binary::Multiply)),
        "/" => Infix::Left(10, binary!(Binary::Divide)),
        _ => Infix::Left(10, binary!(Binary::Remainder)),
    })
}

fn operand(input: &mut Input<'_>) -> Parsed<Node> {
    multispace0.parse_next(input)?;
    let start = input.checkpoint();
    let one = alt((grouped, memory, character, word)).context(expected("a number, register, name or [address]"));
    let parsed = { one }.parse_next(input);
    if matches!(parsed, Err(ErrMode::Backtrack(_))) {
        // The error is here, not where the last attempt has given up.
        input.reset(&start);
    }
    parsed
}

fn grouped(input: &mut Input<'_>) -> Parsed<Node> {
    delimited('(', cut_err(choice), cut_err(')').context(expected("a closing )"))).parse_next(input)
}

/// `[a]`, `w[a]`, `h[a]`, `b[a]`, each with a task before it: `2:w[a]`.
fn memory(input: &mut Input<'_>) -> Parsed<Node> {
    let at = input.current_token_start();
    let name = || take_while(1.., |c: char| c.is_ascii_alphanumeric() || c == '_');
    let task = opt((name(), ':').map(|(task, _): (&str, char)| task.to_owned())).parse_next(input)?;
    let bytes = dispatch! {opt(alt(('w', 'h', 'b')));
        Some('b') => '['.value(1),
        Some('h') => '['.value(2),
        _ => '['.value(4),
    }
    .parse_next(input)?;
    let address = cut_err(choice).parse_next(input)?;
    cut_err(']').context(expected("a closing ]")).parse_next(input)?;
    Ok(Node::Memory { bytes, task, address: Box::new(address), at })
}

/// `'a'`: the number of a character, also `'\n'`, `'\t'`, `'\r'`, `'\0'`, `'\\'` and `'\''`.
fn character(input: &mut Input<'_>) -> Parsed<Node> {
    let escaped = preceded(
        '\\',
        dispatch! {any;
            'n' => empty.value('\n'),
            't' => empty.value('\t'),
            'r' => empty.value('\r'),
            '0' => empty.value('\0'),
            '\\' => empty.value('\\'),
            '\'' => empty.value('\''),
            _ => fail,
        },
    );
    let quoted = |input: &mut Input<'_>| delimited('\'', any, '\'').parse_next(input);
    alt((delimited('\'', escaped, '\''), quoted)).map(|c: char| Node::Number(i64::from(u32::from(c)))).parse_next(input)
}

/// A number, a name, or a function of something in parentheses.
fn word(input: &mut Input<'_>) -> Parsed<Node> {
    let (at, start) = (input.current_token_start(), input.checkpoint());
    let text: &str = take_while(1.., is_part).parse_next(input)?;
    // Behind a number, and at the end of a word, a colon is that of a choice.
    let colon = if text.starts_with(|c: char| c.is_ascii_digit()) { text.find(':') } else { None };
    let text = colon.map_or_else(|| text.trim_end_matches(':'), |end| &text[..end]);
    input.reset(&start);
    let text: &str = take(text.len()).parse_next(input)?;
    let opens = input.trim_start().starts_with('(');
    let function = match text {
        "signed" => Some(Unary::Signed),
        "f16" => Some(Unary::Half),
        // Labels may be called so.
        "int" if opens => Some(Unary::Whole),
        "real" if opens => Some(Unary::Real),
        _ => None,
    };
    if let Some(function) = function {
        let inner = cut_err(preceded(multispace0, grouped)).context(expected("a ( with a number")).parse_next(input)?;
        return Ok(Node::Unary(function, Box::new(inner)));
    }
    match number(text) {
        Some(n) => Ok(Node::Number(n)),
        None if text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(['.', ':']) => {
            // A number with something in it that is not a digit.
            input.reset(&start);
            cut_err(fail).context(expected(NUMBER)).parse_next(input)
        }
        None => Ok(Node::Name { text: text.to_owned(), at }),
    }
}

/// Whether a character may stand in a word.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.@:".contains(c)
}

impl ExprError {
    /// How a number is written that was meant: `; hexadecimal is 0x2A` for `2A` and `2Ah`, nothing for other words.
    #[must_use]
    pub fn hex_hint(word: &str) -> String {
        let digits = word.strip_suffix(['h', 'H']).unwrap_or(word);
        let hex = !digits.is_empty() && digits.len() <= 16 && digits.chars().all(|c| c.is_ascii_hexdigit());
        if hex { format!("; hexadecimal is 0x{digits}") } else { String::new() }
    }
}

fn number(text: &str) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    let digits = |start: &str, radix| Some(i64::from_str_radix(lower.strip_prefix(start)?, radix).ok()).flatten();
    digits("0x", 16).or_else(|| digits("0b", 2)).or_else(|| lower.parse().ok()).filter(|n| *n >= 0)
}
