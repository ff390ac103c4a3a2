use super::*;

fn round(text: &str) -> String {
    write(&parse(text).expect("good"))
}

#[test]
fn the_output_form_is_exact() {
    assert_eq!(
        round(r#" {"b":[1, 2.50,-0.0],"a":"é/\"\u007f😀"} "#),
        r#"{"a":"\u00e9/\"\u007f\ud83d\ude00","b":[1,2.5,-0.0]}"#
    );
    for text in ["1e-07", "1e+16", "1.0", "0.0001", "1000000000000000.0", "1.5e-07", "NaN", "-Infinity"] {
        assert_eq!(round(text), text);
    }
    assert_eq!(round("123456789012345678901234567890"), "123456789012345678901234567890");
    assert_eq!(round(r#"{"a":1,"a":2}"#), r#"{"a":2}"#);
}

#[test]
fn bad_text_is_refused_with_its_place() {
    for (text, at) in
        [("", 0), ("{", 1), ("[1,]", 3), ("01", 2), ("\"a", 2), ("{\"a\" 1}", 5), ("1 2", 2), ("\"\\ud800\"", 7)]
    {
        assert_eq!(parse(text).expect_err(text).at(), at, "{text}");
    }
}

#[test]
fn integers_come_from_numbers_and_literals() {
    let int = |text| parse(text).expect("good").integer();
    assert_eq!(int("-3.9"), Some(-3));
    assert_eq!(int("\"0x12_05\""), Some(0x1205));
    assert_eq!(int("\" 7 \""), Some(7));
    assert_eq!(int("\"007\""), None);
    assert_eq!(int("true"), Some(1));
    assert_eq!(int("\"1_\""), None);
}
