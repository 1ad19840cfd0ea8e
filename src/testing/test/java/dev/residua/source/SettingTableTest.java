package dev.residua.source;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingTableTest {
  private static final Map<String, Object> ALL =
      Map.ofEntries(
          entry("match", "line3/cam7"),
          entry("scene", "valve"),
          entry("priority", 7),
          entry("enabled", false),
          entry("falseAlarmsPerWeek", 0.5),
          entry("budget", "shared"),
          entry("framesPerSecond", 12.5),
          entry("silentAfter", "PT2M"),
          entry("activeHours", "Mon-Fri 06:00-22:00 Europe/Berlin"),
          entry("context", "product + day: 06:00-22:00 UTC"),
          entry("location", "52.5,13.4"),
          entry("timeZone", "Europe/Berlin"),
          entry("learn", "P30D"),
          entry("camera", "rtsp://10.0.0.7/live credentials=line3"),
          entry("redact", true),
          entry("retention", "P7D"),
          entry("minimumEffect", "level=3, lamp=0.2"),
          entry("minimumPixels", 0.02),
          entry("severity", "warning"),
          entry("region", "0.1,0.2,0.5,0.6"),
          entry("rotation", 92.0),
          entry("mask", "0,0 0.5,0 0,0.5; 1,1 0.5,1 1,0.5"),
          entry("aspect", "letterbox"),
          entry("stabilize", true),
          entry("labels", Map.of("site", "north")));

  private static SourceRule apply(Map<String, Object> fields) {
    return SourceRule.SETTINGS.apply(SourceRule.of("a", "*"), fields);
  }

  @Test
  void shouldReadWhatItWrites() {
    // When
    SourceRule rule = apply(ALL);

    // Then
    assertThat(SourceRule.SETTINGS.of(rule))
        .containsExactlyInAnyOrderEntriesOf(ALL)
        .containsOnlyKeys(SourceRule.SETTINGS.names());
    assertThat(apply(SourceRule.SETTINGS.of(rule))).isEqualTo(rule);
  }

  @Test
  void shouldReturnToTheSettingsOfTheInstallation() {
    // Given
    SourceRule rule = apply(ALL);
    Map<String, Object> unset = new LinkedHashMap<>();
    SourceRule.SETTINGS.names().stream()
        .filter(name -> !name.equals("match"))
        .forEach(name -> unset.put(name, null));

    // When
    SourceRule plain = SourceRule.SETTINGS.apply(rule, unset);

    // Then
    assertThat(plain).isEqualTo(SourceRule.of("a", "line3/cam7"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "region             | 0.1,0.2  | region was '0.1,0.2'; expected left,top,width,height",
        "rotation           | north    | rotation is 'north', expected a number",
        "rotation           | 400      | rotation was 400.0; expected degrees clockwise",
        "mask               | 0,0 1,1  | a polygon of a mask had 2 corners; expected 3 to 100",
        "aspect             | crop     | aspect is 'crop', expected stretch, letterbox",
        "minimumEffect      | level    | minimumEffect has 'level', expected each latent once",
        "minimumEffect      | level=-1 | minimumEffect has 'level=-1.0', expected each latent once",
        "minimumEffect      | a=1,a=2  | minimumEffect has 'a=2', expected each latent once",
        "minimumEffect      | a=NaN    | minimumEffect has 'a=NaN', expected each latent once",
        "minimumPixels      | 0.6      | source rule 'a': minimumPixels was '0.6'; expected 0 to 0.5",
        "macth              | line3/*  | unknown setting 'macth'; did you mean match?",
        "priority           | high     | priority is 'high', expected a whole number",
        "enabled            | yes      | enabled is 'yes', expected true or false",
        "falseAlarmsPerWeek | rarely   | falseAlarmsPerWeek is 'rarely', expected a number",
        "silentAfter        | 5 hops   | silentAfter is '5 hops', expected a duration such as 5m",
        "retention          | a week   | retention is 'a week', expected a duration such as",
        "retention          | PT5M     | source rule 'a': retention was 'PT5M'; expected PT1H to P3650D",
        "severity           | high     | severity is 'high', expected info, warning, critical",
        "learn              | P1D      | learn is 'P1D', expected never, once, or days from P2D",
        "learn              | always   | learn is 'always', expected never, once, or days from P2D",
        "location           | 95,13    | location is '95.0,13.0', expected degrees of latitude",
        "timeZone           | Berlin   | timeZone is 'Berlin', expected a time zone such as",
        "camera             | ftp://a  | the camera address 'ftp://a' cannot be used; expected rtsp://",
        "labels             | site     | labels is 'site', expected names and values",
      })
  void shouldSayWhatIsExpected(String name, String value, String message) {
    assertThatThrownBy(() -> apply(Map.of(name, value))).hasMessageStartingWith(message);
  }

  @Test
  void shouldAcceptACameraOnlyForOneSource() {
    // Given
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("camera", "rtsp://10.0.0.7/live");
    fields.put("match", "line3/cam7");

    // When, Then
    assertThat(apply(fields).camera()).isEqualTo(SourceCamera.parse("rtsp://10.0.0.7/live"));
    fields.put("match", "line3/*");
    assertThatThrownBy(() -> apply(fields))
        .hasMessageContaining("a rule with a camera is for one source");
  }

  @Test
  void shouldRedactOnlyTheMaskOfACamera() {
    // Given
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("redact", true);
    fields.put("mask", "0,0 0.5,0 0,0.5");
    fields.put("match", "line3/cam7");

    // When, Then
    assertThatThrownBy(() -> apply(fields)).hasMessageContaining("expected a camera and a mask");
    fields.put("camera", "rtsp://10.0.0.7/live");
    SourceRule rule = apply(fields);
    assertThat(rule.redact()).isTrue();
    assertThat(rule.viewFingerprint()).isNotEqualTo(rule.withRedact(false).viewFingerprint());
    fields.remove("mask");
    assertThatThrownBy(() -> apply(fields)).hasMessageContaining("expected a camera and a mask");
  }

  @Test
  void shouldCompensateVibrationsWhereItIsAsked() {
    // Given
    SourceRule rule = apply(Map.of("match", "a*", "stabilize", "true"));

    // When, Then
    assertThat(rule.stabilize()).isTrue();
    assertThat(SourceRule.SETTINGS.of(rule)).containsEntry("stabilize", true);
    SourceRule plain = rule.withStabilize(false);
    assertThat(SourceRule.SETTINGS.of(plain)).doesNotContainKey("stabilize");
    assertThat(rule.viewFingerprint()).isNotEqualTo(plain.viewFingerprint());
    assertThat(plain.viewFingerprint()).isZero();
    assertThatThrownBy(() -> apply(Map.of("match", "a*", "stabilize", "much")))
        .hasMessageContaining("stabilize");
  }

  @Test
  void shouldListTheDifferences() {
    // Given
    SourceRule before = apply(Map.of("match", "a*", "scene", "valve"));
    SourceRule after = apply(Map.of("match", "a*", "priority", 3));

    // When
    List<String> lines = SourceRule.SETTINGS.differences(before, after);

    // Then
    assertThat(lines).containsExactly("scene: valve -> (default)", "priority: (default) -> 3");
    assertThat(SourceRule.SETTINGS.differences(null, after))
        .containsExactly("match: (default) -> a*", "priority: (default) -> 3");
  }
}
