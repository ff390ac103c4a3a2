//! Types, locations and metadata that a reader meets and that the nine programs do not have.

use super::handmade::{Handmade, R7, at, text};
use crate::support::run;
use serde_json::json;

const ENTRIES: &str = r#"
!20 = !DIBasicType(encoding: DW_ATE_signed, size: 16, name: "short")
!21 = !DIBasicType(name: "char", size: 8, encoding: DW_ATE_signed_char)
!22 = !DIBasicType(name: "unsigned char", size: 8, encoding: DW_ATE_unsigned_char)
!23 = !DIBasicType(name: "long", size: 64, encoding: DW_ATE_signed)
!24 = !DIBasicType(name: "double", size: 64, encoding: DW_ATE_float)
!25 = !DIBasicType(name: "_Bool", size: 8, encoding: DW_ATE_boolean)
!26 = !DIBasicType(name: "unsigned int", size: 32, encoding: DW_ATE_unsigned)
!27 = !DIBasicType(name: "float", size: 32, encoding: DW_ATE_float)
!30 = distinct !DICompositeType(elements: !31, size: 64, file: !0, line: 1, name: "inner", tag: DW_TAG_structure_type)
!31 = !{!32, !33, !34}
!32 = !DIDerivedType(tag: DW_TAG_member, name: "tag", scope: !30, baseType: !21, size: 8)
!33 = !DIDerivedType(offset: 16, tag: DW_TAG_member, size: 16, baseType: !20, name: "half", scope: !30)
!34 = !DIDerivedType(tag: DW_TAG_member, name: "whole", scope: !30, baseType: !3, size: 32, offset: 32, unknown: !{!1, (2, "),")})
!35 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "outer", elements: !36)
!36 = !{!37, !38, !39}
!37 = !DIDerivedType(tag: DW_TAG_member, name: "c", baseType: !21, size: 8)
!38 = !DIDerivedType(tag: DW_TAG_member, name: "in", baseType: !30, size: 64)
!39 = !DIDerivedType(tag: DW_TAG_member, name: "arr", baseType: !40, size: 64)
!40 = !DICompositeType(tag: DW_TAG_array_type, baseType: !3, size: 64, elements: !41)
!41 = !{!42}
!42 = !DISubrange(count: 2)
!43 = !DICompositeType(tag: DW_TAG_array_type, baseType: !30, size: 128, elements: !41)
!44 = distinct !DICompositeType(tag: DW_TAG_union_type, name: "either", elements: !45)
!45 = !{!46, !47}
!46 = !DIDerivedType(tag: DW_TAG_member, name: "s", baseType: !30)
!47 = !DIDerivedType(tag: DW_TAG_member, name: "raw", baseType: !48)
!48 = !DICompositeType(tag: DW_TAG_array_type, baseType: !22, elements: !49)
!49 = !{!50}
!50 = !DISubrange(count: 8)
!51 = !DICompositeType(tag: DW_TAG_enumeration_type, name: "small", baseType: !22, size: 8, elements: !52)
!52 = !{!53, !54}
!53 = !DIEnumerator(name: "LOW", value: 1, isUnsigned: true)
!54 = !DIEnumerator(value: 2, name: "HIGH")
!55 = !DIDerivedType(tag: DW_TAG_const_type, baseType: !56)
!56 = !DIDerivedType(tag: DW_TAG_volatile_type, baseType: !3)
!57 = !DIDerivedType(tag: DW_TAG_typedef, name: "u8", file: !0, line: 2, baseType: !58)
!58 = !DIDerivedType(tag: DW_TAG_typedef, name: "byte", baseType: !22)
!59 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !5, size: 64)
!60 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "bits", elements: !61)
!61 = !{!62, !63, !64, !65}
!62 = !DIDerivedType(tag: DW_TAG_member, name: "a", baseType: !26, size: 3, flags: DIFlagBitField, extraData: i64 0)
!63 = !DIDerivedType(tag: DW_TAG_member, name: "b", baseType: !26, size: 5, offset: 3, flags: DIFlagBitField, extraData: i64 0)
!64 = !DIDerivedType(tag: DW_TAG_member, name: "wide", baseType: !26, size: 30, offset: 32, flags: DIFlagBitField)
!65 = !DIDerivedType(tag: DW_TAG_member, name: "next", baseType: !3, size: 32, offset: 64)
!66 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !67, size: 64)
!67 = !DICompositeType(tag: DW_TAG_structure_type, name: "hidden", flags: DIFlagFwdDecl)
!68 = !DICompositeType(tag: DW_TAG_array_type, baseType: !21, elements: !49)
!69 = distinct !DICompositeType(tag: DW_TAG_structure_type, elements: !70)
!70 = !{!71, !75}
!71 = !DIDerivedType(tag: DW_TAG_member, baseType: !72)
!72 = distinct !DICompositeType(tag: DW_TAG_union_type, elements: !73)
!73 = !{!74, !76}
!74 = !DIDerivedType(tag: DW_TAG_member, name: "whole", baseType: !3)
!75 = !DIDerivedType(tag: DW_TAG_member, name: "other", baseType: !3)
!76 = !DIDerivedType(tag: DW_TAG_member, name: "half", baseType: !77)
!77 = !DICompositeType(tag: DW_TAG_array_type, baseType: !20, elements: !41)
!78 = !DIOfNoKindThatIsKnown(name: "x", other: !{}, depth: ((((0)))))
!79 = distinct !DILexicalBlockFile(scope: !1, file: !0, discriminator: 0)
"#;

fn all() -> Handmade {
    let words = vec![
        (-20, 0x41),
        (-16, 0xFFFE_0042),
        (-12, 7),
        (-8, 1),
        (-4, 2),
        (-36, 0x0005_0043),
        (-32, 70),
        (-28, 0x0006_0044),
        (-24, 80),
        (-44, 0x0102_0304),
        (-40, 0x0506_0708),
        (-48, 2),
        (-52, 0xFFFF_FFF6),
        (-56, 200),
        (-72, 0x2D),
        (-68, 9),
        (-64, 12),
        (-80, 0x8000_0001),
        (-76, 0x1122_3344),
        (-84, 1),
        (-88, 0x5000),
        (-92, 0x3FC0_0000),
        (-100, u32::from_le_bytes(*b"hsx\0")),
        (-96, 0),
        (-108, 0x0003_FFFF),
        (-104, 44),
    ];
    let places = [
        ("nested", -20, 35),
        ("list", -36, 43),
        ("u", -44, 44),
        ("tiny", -48, 51),
        ("cv", -52, 55),
        ("chain", -56, 57),
        ("op", -60, 59),
        ("bf", -72, 60),
        ("big", -80, 23),
        ("real", -80, 24),
        ("flag", -84, 25),
        ("unseen", -88, 66),
        ("single", -92, 27),
        ("name", -100, 68),
        ("odd", -108, 69),
    ];
    let locals = places.into_iter().map(|(name, offset, of)| (name, at(offset), of)).collect();
    Handmade { words, locals, entries: ENTRIES, ..Handmade::default() }
}

#[test]
fn types_of_every_shape_are_shown_as_hsx_lays_them_out() {
    let mut target = all().target();
    for (line, expected) in [
        ("print nested", "nested = {c = 65 'A', in = {tag = 66 'B', half = -2, whole = 7}, arr = {1, 2}}"),
        (
            "print/x nested",
            "nested = {c = 0x41, in = {tag = 0x42, half = 0xFFFE, whole = 0x00000007}, arr = {0x00000001, 0x00000002}}",
        ),
        ("print nested.in.half * nested.arr[1]", "nested.in.half * nested.arr[1] = -4"),
        ("print list", "list = {{tag = 67 'C', half = 5, whole = 70}, {tag = 68 'D', half = 6, whole = 80}}"),
        ("print list[1].whole - list->whole", "list[1].whole - list->whole = 10"),
        ("print u.raw[0] + u.s.whole % 256", "u.raw[0] + u.s.whole % 256 = 12"),
        ("print tiny", "tiny = HIGH"),
        ("print sizeof tiny", "sizeof tiny = 1"),
        ("print/d tiny", "tiny = 2"),
        ("print cv", "cv = -10"),
        ("whatis cv", "type = const volatile int"),
        ("print chain", "chain = 200"),
        ("whatis chain", "type = u8"),
        ("ptype chain", "type = unsigned char"),
        ("print bf", "bf = {a = 5, b = 5, wide = 9, next = 12}"),
        ("print bf.b + 1", "bf.b + 1 = 6"),
        ("print &bf.b", "a bit-field has no address"),
        ("set var bf.a = 2", "bf.a = 2"),
        ("print bf", "bf = {a = 2, b = 5, wide = 9, next = 12}"),
        ("set var bf.b = 63", "bf.b = 31"),
        ("print bf", "bf = {a = 2, b = 31, wide = 9, next = 12}"),
        ("set var name = 7", "an array is changed element by element"),
        (
            "ptype struct bits",
            "type = struct bits {\n    unsigned int a : 3;  // at 0\n    unsigned int b : 5;  // at 0\n    unsigned int wide : 30;  // at 4\n    \
             int next;  // at 8\n}  // 12 bytes",
        ),
        ("print big", "big = bytes 01 00 00 80 44 33 22 11: 64-bit types do not exist on HSX"),
        ("print real", "real = bytes 01 00 00 80 44 33 22 11: 64-bit types do not exist on HSX"),
        ("print big + 1", "long has 64 bits, and HSX calculates with 32"),
        ("print flag", "flag = 1"),
        ("print unseen", "unseen = 0x5000"),
        ("whatis unseen", "type = struct hidden *"),
        ("print single", "single = 1.5"),
        ("print name", "name = \"hsx\""),
        ("print name[1]", "name[1] = 115 's'"),
        ("print odd", "odd = {{whole = 262143, half = {-1, 3}}, other = 44}"),
        ("print odd.half[1] + odd.other", "odd.half[1] + odd.other = 47"),
        (
            "print list[0]@2 ",
            "list[0]@2 = {{tag = 67 'C', half = 5, whole = 70}, {tag = 68 'D', half = 6, whole = 80}}",
        ),
    ] {
        assert_eq!(text(&mut target, line), expected, "{line}");
    }
    assert_eq!(run(&mut target, "print &nested.in.whole")["value"], json!(format!("0x{:04X}", R7 - 20 + 8)));
    assert_eq!(run(&mut target, "print u")["value"]["raw"], json!([4, 3, 2, 1, 8, 7, 6, 5]));
}

#[test]
fn a_pointer_to_a_function_names_it_and_a_call_through_one_has_its_frame() {
    let mut made = all();
    made.words.push((-60, 0));
    let work = made.program().symbols.by_name("work").expect("there").address;
    made.words.last_mut().expect("pushed").1 = work;
    made.through_a_register = true;
    let mut target = made.target();
    assert_eq!(text(&mut target, "print op"), format!("op = 0x{work:04X} -> work"));
    assert_eq!(text(&mut target, "whatis op"), "type = int (*)(void)");
    run(&mut target, "tbreak app.c:31; run");
    let frames = run(&mut target, "bt");
    let functions: Vec<_> = frames["frames"].as_array().expect("frames").iter().map(|f| &f["function"]).collect();
    assert_eq!(functions, ["work", "main"]);
    assert_eq!(frames["frames"][1]["r7"], R7);
    assert_eq!(text(&mut target, "print main::nested.in.whole"), "main::nested.in.whole = 7");
    assert!(text(&mut target, "finish").starts_with("Value returned: 3 (int)\n"));
}

#[test]
fn without_the_compilers_types_variables_are_words_taken_for_an_int() {
    let locals = vec![("n", at(-4), 3), ("m", at(-8), 3)];
    let made = Handmade { words: vec![(-4, 0xFFFF_FFFE), (-8, 5)], locals, without_llvm: true, ..Handmade::default() };
    let mut target = made.target();
    assert_eq!(
        text(&mut target, "info locals"),
        "n = -2 (0xFFFFFFFE), ? 4 bytes at R7-4\nm = 5 (0x00000005), ? 4 bytes at R7-8"
    );
    assert_eq!(text(&mut target, "whatis n"), "type = int?");
    assert_eq!(text(&mut target, "print n"), "n = -2 (0xFFFFFFFE), int?");
    assert_eq!(text(&mut target, "print n + m"), "n + m = 3");
    assert_eq!(text(&mut target, "print n < m"), "n < m = 1");
    assert!(text(&mut target, "bt").contains("main (?) at app.c:6"), "{}", text(&mut target, "bt"));
}

#[test]
fn registers_constants_and_places_that_are_lost_are_said_to_be_so() {
    let register = |name: &str| json!({ "kind": "register", "name": name });
    let locals = vec![
        ("a", register("R4"), 3),
        ("b", register("R4"), 3),
        ("c", register("R5"), 3),
        ("k", json!({ "kind": "const", "value": 40 }), 3),
    ];
    let mut target = Handmade { locals, ..Handmade::default() }.target();
    let (r4, r5) = (run(&mut target, "print r4")["value"].clone(), run(&mut target, "print r5")["value"].clone());
    assert_eq!(text(&mut target, "info locals"), format!("a = {r4} (doubtful)\nb = {r4} (doubtful)\nc = {r5}\nk = 40"));
    assert_eq!(text(&mut target, "print k + 2"), "k + 2 = 42");
    assert!(text(&mut target, "set var k = 1").contains("not a place in memory"));
    run(&mut target, "set var c = 70 + k");
    assert_eq!(text(&mut target, "print c"), "c = 110", "a variable in a register of the innermost frame");
    run(&mut target, "tbreak app.c:32; run; up");
    let lost = "<lost: R4 is not kept over calls>";
    assert_eq!(
        text(&mut target, "info locals"),
        format!("a = {lost}\nb = {lost}\nc = <lost: R5 is not kept over calls>\nk = 40")
    );
    assert!(text(&mut target, "print a").contains("lost: R4 is not kept"), "{}", text(&mut target, "print a"));
    let found = run(&mut target, "info locals")["locals"].clone();
    assert_eq!((&found[0]["value"], &found[0]["location"]), (&json!(null), &json!({ "kind": "lost" })));
    assert_eq!(found[3]["location"], json!({ "kind": "constant", "value": 40 }));
    run(&mut target, "down; finish; stepi 1");
    assert_eq!(text(&mut target, "print pc == 0"), "pc == 0 = 0");
    assert!(text(&mut target, "info locals").contains("not available here"), "{}", text(&mut target, "info locals"));
}

#[test]
fn a_type_that_is_cut_off_leaves_its_variable_without_one() {
    let mut made = all();
    made.entries = "!35 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: \"outer\"\n";
    made.locals.truncate(1);
    let mut target = made.target();
    assert_eq!(text(&mut target, "info locals").lines().count(), 1);
    assert!(run(&mut target, "print &nested")["value"].is_string());
}
