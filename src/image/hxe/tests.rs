use super::*;
use crate::image::Image;
use proptest::prelude::*;

const RET5: &str = "\
    48535845000200020000000000000008000000000000000000000000142f70e372657435000000000000000000000000\
    000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
    0100000525000000";

const TABLE: &str = "\
    485358450002000000000000000000340000001e00000000000000032eced5685461626c652044656d6f000000000000\
    000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
    60100000000040000120000401300fff0241000408014fff200430002200003024000002210000003000010125000000\
    7f00000748690000443322110040000000000000feff044000000400412c78790000";

const META: &str = "\
    4853584500020002000000000000000c000000030000000000000000241bbd366d657461000000000000000000000000\
    000000000000000000000000000000000000006f00000003000000000000000000000000000000000000000000000000\
    250000000100000025000000010203000000010000009f000000350000000200000002000000d4000000230000000100\
    000003000000f70000007600000002010910000000002800000000000000000000000002010a013e00002b002b2e66bc\
    006fd01205002f6f6e0072706d006d6f746f72000201020200000004001000150000001d73746f700073746f70206974\
    006d6f746f72007b226d61696c626f786573223a5b7b226e616d65223a226170703a636d64222c22746172676574223a\
    226170703a636d64227d2c7b226361706163697479223a39362c226d6f6465223a22524457527c544150222c22746172\
    676574223a226170703a6c6f67227d5d2c2276657273696f6e223a317d";

const PAIR: &str = "\
    485358450002000200000018000000280000000900000000000000006271275070616972000000000000000000000000\
    000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
    2100000060200000000040010222000010012000250000000110000424000ffa0130000021000020ee03000000000001\
    00";

const RET5_V1: &str = "\
    48535845000100000000000000000008000000000000000000000000c108fbd80100000525000000";

const TABLE_V1: &str = "\
    485358450001000000000000000000340000001e00000000000000009ce6ce2460100000000040000120000401300fff\
    0241000408014fff2004300022000030240000022100000030000101250000007f000007486900004433221100400000\
    00000000feff044000000400412c78790000";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).expect("hex")).collect()
}

fn put(bytes: &mut [u8], at: usize, field: u32) {
    bytes[at..at + 4].copy_from_slice(&field.to_be_bytes());
}

/// Gives damaged bytes the checksum that fits, so that later rules are reached.
fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    let header = if bytes[5] == 2 { HEADER_V2 } else { HEADER_V1 };
    let crc = crc32(&[&bytes[..0x1C], &bytes[header..]]);
    put(&mut bytes, 0x1C, crc);
    bytes
}

/// The error for an image in which some 32-bit fields are changed.
fn refusal(file: &str, fields: &[(usize, u32)]) -> String {
    let mut bytes = hex(file);
    fields.iter().for_each(|(at, field)| put(&mut bytes, *at, *field));
    read(&seal(bytes)).expect_err("damaged").to_string()
}

/// An image whose mailbox section is this text.
fn with_mailboxes(section: &[u8]) -> Result<Image, ImageError> {
    let mut bytes = hex(META);
    bytes.truncate(0xF7);
    bytes.extend(section);
    put(&mut bytes, 0x97, section.len() as u32);
    read(&seal(bytes))
}

#[test]
fn the_checksum_is_the_common_one() {
    assert_eq!(crc32(&[b"1234", b"56789"]), 0xCBF4_3926);
}

#[test]
fn the_references_files_are_read_and_written_byte_identical() {
    for file in [RET5, TABLE, META, PAIR, RET5_V1, TABLE_V1] {
        let bytes = hex(file);
        let image = read(&bytes).expect("good");
        assert_eq!(write(&image).expect("fits"), bytes);
        assert_eq!(checksum(&image), Ok(image.crc));
    }
}

#[test]
fn fields_land_where_they_belong() {
    let table = read(&hex(TABLE)).expect("good");
    assert_eq!(
        (table.name.as_deref(), table.version, table.multiple, table.req_caps),
        (Some("Table Demo"), 2, false, 3)
    );
    assert_eq!((table.code.len(), table.code[2], table.rodata.len()), (13, 0x0120_0004, 30));
    let old = read(&hex(TABLE_V1)).expect("good");
    assert_eq!((old.name, old.version, old.multiple), (None, 1, true));
    let meta = read(&hex(META)).expect("good");
    let rpm = &meta.values[1];
    assert_eq!(
        (rpm.name.as_deref(), rpm.unit.as_deref(), rpm.group_name.as_deref()),
        (Some("rpm"), Some("rpm"), Some("motor"))
    );
    assert_eq!((rpm.init, rpm.epsilon, rpm.min, rpm.max, rpm.persist_key), (0x3E00, 0x2E66, 0xBC00, 0x6FD0, 0x1205));
    assert_eq!((meta.commands[0].help.as_deref(), meta.commands[0].handler), (Some("stop it"), 4));
    let boxes: Vec<_> = meta.mailboxes.iter().map(|m| (m.target.as_str(), m.capacity, m.mode)).collect();
    assert_eq!(boxes, [("app:cmd", 0, 3), ("app:log", 96, 7)]);
}

#[test]
fn each_rule_of_the_header_is_named_when_it_is_broken() {
    let cases: [(&[(usize, u32)], &str); 14] = [
        (&[(0x48, 1)], "Reserved HXE header bytes must be zero"),
        (&[(0x20, 0xC3A9_0000)], "HXE app_name must be ASCII"),
        // The version counts before the magic does.
        (&[(0, 0), (4, 0x0003_0000)], "Unsupported HSXE version 0x0003"),
        (&[(0, 0x4865_6C6C)], "Bad magic 0x48656C6C"),
        (&[(0x0C, 0x1_0001)], "Code section exceeds VM capacity"),
        (&[(0x10, 0x1_0001)], "RODATA section exceeds VM capacity"),
        (&[(0x14, u32::MAX)], "BSS size exceeds VM capacity"),
        (&[(0x0C, 6)], "Code section must be 4-byte aligned"),
        (&[(0x08, 2)], "Entry address must be 4-byte aligned"),
        (&[(0x10, 0x1_0000)], ".hxe truncated: sections exceed file length"),
        (&[(0x08, 12)], "Entry point 0x000C outside code section"),
        (&[(0x40, 0x6E), (0x44, 0)], "Metadata table overlaps code or rodata sections"),
        (&[(0x44, 200)], "metadata table outside HXE payload bounds"),
        (&[(0x40, u32::MAX)], "metadata table outside HXE payload bounds"),
    ];
    for (fields, text) in cases {
        let found = refusal(META, fields);
        assert!(found.starts_with(text), "{found} instead of {text}");
    }
    assert_eq!(read(&hex(META)[..31]), Err(ImageError::TooSmall(31)));
    assert_eq!(read(&hex(META)[..95]), Err(ImageError::HeaderTruncated));
    let mut bytes = hex(RET5);
    bytes[0x60] ^= 1;
    assert!(matches!(read(&bytes), Err(ImageError::Crc { file: 0x142F_70E3, .. })));
}

#[test]
fn each_rule_of_a_section_is_named_when_it_is_broken() {
    // The section table starts at 0x6F, values at 0x9F, commands at 0xD4.
    let cases: [(usize, u32, &str); 7] = [
        (0x73, 0x5F, "metadata section 0 exceeds HXE length"),
        (0x97, 0x77, "metadata section 2 exceeds HXE length"),
        (0x7B, 3, "metadata section 0: value metadata table truncated"),
        (0x8B, 3, "metadata section 1: command metadata table truncated"),
        (0xA5, 0x0035_0000, "metadata section 0: metadata string offset 53 out of range (size=53)"),
        (0x77, 52, "metadata section 0: metadata string at 47 is not null-terminated"),
        (0xC7, 0xFFFF_FFFF, "metadata section 0: metadata string at 40 is not UTF-8"),
    ];
    for (at, field, text) in cases {
        assert_eq!(refusal(META, &[(at, field)]), text);
    }
}

#[test]
fn what_the_loader_does_not_look_at_is_accepted() {
    let mut bytes = hex(TABLE);
    bytes[7] |= 0xF1;
    bytes.extend(b"a manifest, perhaps");
    let image = read(&seal(bytes)).expect("good");
    assert!(image.manifest && image.rodata.len() == 30);
    // A section of an unknown type is skipped.
    let mut bytes = hex(META);
    put(&mut bytes, 0x6F, 9);
    let image = read(&seal(bytes)).expect("good");
    assert_eq!((image.values.len(), image.commands.len()), (0, 1));
}

#[test]
fn the_old_binary_form_of_mailboxes_is_read() {
    // Two names at 32 and 38, depths 64 and 0, modes 7 and 0.
    let section = hex("0000002000400007000000000000000000000026000000000000000000000000");
    let section = [section, b"app:a\0app:b\0".to_vec()].concat();
    let boxes = with_mailboxes(&section).expect("good").mailboxes;
    let boxes: Vec<_> = boxes.iter().map(|m| (m.target.as_str(), m.capacity, m.mode)).collect();
    assert_eq!(boxes, [("app:a", 64, 7), ("app:b", 0, 3)]);
    let nameless = [vec![0; 31], vec![1]].concat();
    assert!(with_mailboxes(&nameless).expect_err("bad").to_string().ends_with("mailbox metadata missing name"));
}

#[test]
fn mailbox_texts_are_taken_as_the_reference_takes_them() {
    for text in ["", "\0\0", "[]", "{}", r#"{"version":null}"#, r#"{"version":1.0,"mailboxes":{},"entries":[]}"#] {
        assert_eq!(with_mailboxes(text.as_bytes()).expect(text).mailboxes, [], "{text}");
    }
    let cases = [
        (r#""target":" app:x ","mode":"ro , tap""#, (0, 5)),
        (r#""target":"","name":"app:x","capacity":null,"queue_depth":9"#, (0, 3)),
        (r#""target":"app:x","queue_depth":"12","mode_mask":65536"#, (12, 0)),
        (r#""target":"app:x","capacity":7.9,"mode":0,"flags":8"#, (7, 3)),
        (r#""target":"app:x","mode":1208925819614629174706178,"owner_pid":"","bindings":[{"pid":1,"k":0}]"#, (0, 2)),
    ];
    for (entry, expect) in cases {
        let boxes = with_mailboxes(format!("[{{{entry}}}]\0").as_bytes()).expect(entry).mailboxes;
        assert_eq!((boxes[0].target.as_str(), (boxes[0].capacity, boxes[0].mode)), ("app:x", expect), "{entry}");
    }
}

#[test]
fn bad_mailbox_texts_are_refused_with_what_is_wrong() {
    let cases = [
        ("{", "JSON invalid"),
        ("[\u{0}\"", "JSON invalid"),
        (r#"{"version":2}"#, "JSON version not supported"),
        (r#"{"version":1.5}"#, "JSON version not supported"),
        (r#"{"version":"1"}"#, "JSON version not supported"),
        (r#"{"mailboxes":"x"}"#, "entries must be a list"),
        ("[1]", "entry 0 must be an object"),
        (r#"[{"target":" "}]"#, "entry 0 missing target"),
        (r#"[{"target":"a","capacity":[1]}]"#, "capacity must be an integer"),
        (r#"[{"target":"a","capacity":-1}]"#, "capacity must be non-negative"),
        (r#"[{"target":"a","mode":"RDWR|NO"}]"#, "unknown mailbox mode 'NO'"),
        (r#"[{"target":"a","mode":{}}]"#, "mode_mask must be an integer"),
        (r#"[{"target":"a","mode":-1}]"#, "mode_mask must be non-negative"),
        (r#"[{"target":"a","owner_pid":"x"}]"#, "owner_pid must be an integer"),
        (r#"[{"target":"a","owner_pid":Infinity}]"#, "owner_pid must be an integer"),
        (r#"[{"target":"a","bindings":{}}]"#, "bindings must be a list"),
        (r#"[{"target":"a","bindings":[1]}]"#, "binding entries must be objects"),
        (r#"[{"target":"a","bindings":[{}]}]"#, "binding missing pid"),
        (r#"[{"target":"a","bindings":[{"pid":null}]}]"#, "binding pid must be an integer"),
        (r#"[{"target":"a","bindings":[{"pid":1,"flags":[]}]}]"#, "binding flags must be an integer"),
        (r#"[{"target":"a"},{"name":"a"}]"#, "mailbox a is declared twice"),
    ];
    for (text, expect) in cases {
        let found = with_mailboxes(text.as_bytes()).expect_err(text).to_string();
        assert!(found.contains(expect), "{text}: {found}");
    }
    let found = with_mailboxes(b"[\"\xFF\"]").expect_err("no UTF-8").to_string();
    assert!(found.ends_with("mailbox metadata JSON must be UTF-8"), "{found}");
}

#[test]
fn every_key_of_a_mailbox_is_written_back_even_odd_numbers() {
    let text = br#"{"mailboxes":[{"a":NaN,"b":-0.0,"big":123456789012345678901234567890,"target":"app:x","z":1e+16}],"version":1}"#;
    let image = with_mailboxes(text).expect("good");
    let bytes = write(&image).expect("fits");
    assert!(bytes.ends_with(text));
    let back = read(&bytes).expect("good");
    assert_eq!(back, Image { crc: back.crc, ..image });
}

#[test]
fn what_the_format_has_no_place_for_is_not_written() {
    let meta = read(&hex(META)).expect("good");
    assert_eq!(write(&Image { version: 1, ..meta.clone() }), Err(WriteError::NoMetadata));
    assert_eq!(write(&Image { version: 3, ..meta.clone() }), Err(WriteError::Version(3)));
    let mut long = meta;
    long.commands[0].help = Some("x".repeat(0x1_0000));
    assert_eq!(write(&long), Err(WriteError::TooManyNames("commands")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(0x0048_5358), ..ProptestConfig::default() })]

    #[test]
    fn any_mailbox_section_is_read_or_refused(section in prop::collection::vec(any::<u8>(), 0..80), text in "[\\[{]\\PC{0,60}") {
        let _ = with_mailboxes(&section);
        let _ = with_mailboxes(text.as_bytes());
    }

    #[test]
    fn any_damage_behind_the_checksum_is_read_or_refused(at in 0x40usize..0x16D, byte: u8) {
        let mut bytes = hex(META);
        bytes[at] = byte;
        if let Ok(image) = read(&seal(bytes)) {
            let again = write(&image).expect("fits");
            prop_assert_eq!(read(&again).map(|i| i.values.len()), Ok(image.values.len()));
        }
    }
}
