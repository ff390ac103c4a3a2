//! What holds of the settings.

use super::*;

#[test]
fn every_default_is_a_value_the_setting_takes() {
    for row in SETTINGS {
        assert!(row.takes(row.default), "{}", row.name);
        assert_eq!(row.id.row().name, row.name);
    }
}

#[test]
fn the_file_as_it_comes_changes_nothing_and_says_what_the_defaults_are() {
    let mut settings = Settings::default();
    assert_eq!(settings.read(&default_file()), []);
    assert_eq!(settings, Settings::default());
    // With the marks taken away it is still right, and still the defaults.
    let lines = default_file().lines().map(|l| l.strip_prefix("# ").unwrap_or(l).to_owned()).collect::<Vec<_>>();
    let is_setting = |l: &String| l.contains(" = ") && !l.starts_with('"');
    let text: String = lines.into_iter().filter(is_setting).map(|l| l + "\n").collect();
    assert_eq!(settings.read(&text), []);
    assert_eq!(text.lines().count(), SETTINGS.len());
    for row in SETTINGS {
        assert_eq!(settings.get(row.id), row.default);
    }
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_the_rest_counts() {
    let text = "theme = \"light\"\nmuose = \"on\"\nfps = 99\nregnames = true\nnumbers = [1]\n[keys]\n\"x\" = \"zoom\"\n\"y\" = 3\n";
    let mut settings = Settings::default();
    let said: Vec<String> = settings.read(text).into_iter().map(|p| format!("{}: {}", p.line, p.text)).collect();
    assert_eq!(
        said,
        [
            "2: there is no setting muose; did you mean mouse?",
            "3: fps is a number from 1 to 60, not 99",
            "5: numbers: a word or a number is expected",
            "8: an action or a command in quotes is expected",
        ]
    );
    assert_eq!(
        (settings.get(Setting::Theme), settings.on(Setting::RegisterNames), settings.number(Setting::Fps)),
        ("light", true, 30)
    );
    assert_eq!(settings.keys, [OwnKey { key: "x".into(), value: "zoom".into(), line: 7 }]);
}

#[test]
fn a_line_that_is_no_toml_does_not_lose_the_others() {
    let mut settings = Settings::default();
    let problems = settings.read("theme = \"light\"\nfps = = 3\nmouse = \"off\"\n");
    assert!(problems.iter().all(|p| p.line == 2) && !problems.is_empty(), "{problems:?}");
    assert_eq!((settings.get(Setting::Theme), settings.get(Setting::Mouse)), ("light", "off"));
}

#[test]
fn the_environment_comes_before_the_file() {
    let mut settings = Settings::default();
    settings.read("theme = \"light\"\n");
    let env = |name: &str| match name {
        "HSXRAY_THEME" => Some("contrast".to_owned()),
        "HSXRAY_FPS" => Some("fast".to_owned()),
        _ => None,
    };
    let problems = settings.read_env(env);
    assert_eq!(settings.get(Setting::Theme), "contrast");
    assert_eq!(problems[0].text, "HSXRAY_FPS: fps is a number from 1 to 60, not fast");
}
