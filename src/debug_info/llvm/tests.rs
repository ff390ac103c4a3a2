use super::*;

#[test]
fn an_entry_is_taken_apart_whatever_its_values_are() {
    let text = r#"!3 = distinct !DIGlobalVariable(name: "a, (b)", scope: !2, line: 16, isLocal: false, expr: !DIExpression(DW_OP_x, 4), spFlags: A | B, value: -5)"#;
    let metadata = Metadata::new(text);
    let entry = metadata.get(3).expect("there");
    assert_eq!(entry.kind, "DIGlobalVariable");
    assert_eq!((entry.text("name"), entry.id("scope"), entry.line()), (Some("a, (b)"), Some(2), 16));
    assert_eq!((entry.word("isLocal"), entry.number("value")), (Some("false"), Some(-5)));
    assert_eq!(entry.word("expr"), Some("!DIExpression(DW_OP_x, 4)"));
    assert_eq!(entry.word("spFlags"), Some("A | B"));
    assert_eq!(metadata.of_kind("DIGlobalVariable").count(), 1);
    assert_eq!(metadata.of_kind("DIGlobal").count(), 0);
}

#[test]
fn lists_definitions_and_functions_are_found() {
    let text = "@deposit.calls = internal global i32 5, align 4, !dbg !8\n\
        @.str = private unnamed_addr constant [4 x i8] c\"hsx\\00\", align 1, !dbg !22\n\
        define dso_local i32 @main(ptr noundef %0) #0 !dbg !15 {\n  ret i32 0, !dbg !16\n}\n!7 = !{!8, null, !9}\n";
    let metadata = Metadata::new(text);
    assert_eq!(metadata.list(7), [8, 9]);
    assert_eq!(metadata.functions, [("main", 15)]);
    let calls = Definition { label: "deposit.calls", value: "i32 5, align 4, !dbg !8", align: 4, id: Some(8) };
    assert_eq!(metadata.globals[0], calls);
    assert_eq!((metadata.globals[1].label, metadata.globals[1].id), (".str", Some(22)));
}

#[test]
fn an_entry_may_stand_over_several_lines() {
    let text = "!3 = !DILocalVariable(name: \"a (\",\r\n    scope: !2,\n    type:\n        !9\n)\n!7 = !{\n  !8,\n  null\n}\n\
        !4 = !DIFile(filename: \"b\",\n!5 = !DIFile(filename: \"c\")\n";
    let metadata = Metadata::new(text);
    let entry = metadata.get(3).expect("there");
    assert_eq!((entry.text("name"), entry.id("scope"), entry.id("type")), (Some("a ("), Some(2), Some(9)));
    assert_eq!(metadata.types(7), [Some(8), None]);
    assert!(metadata.get(4).is_none(), "it is cut off");
    assert_eq!(metadata.get(5).expect("there").text("filename"), Some("c"));
}

#[test]
fn what_is_cut_off_is_left_out() {
    for text in
        ["!1 = !DIFile(filename: \"a", "!1 = !DIFile(", "!1 = !DIFile(x: (((", "!1", "!x = !DIFile()", "@", "define @"]
    {
        let metadata = Metadata::new(text);
        assert!(metadata.get(1).is_none() && metadata.functions.is_empty(), "{text}");
    }
}
