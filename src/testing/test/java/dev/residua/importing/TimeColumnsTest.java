package dev.residua.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.GeoLocation;
import dev.residua.dataset.FrameDataset;
import dev.residua.source.SourceRule;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimeColumnsTest {
  private static final GeoLocation PLACE = new GeoLocation(52.5, 13.4);
  private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
  private static final TimeColumns SUN_AND_HOUR =
      TimeColumns.of(List.of("sun.elevation", " clock.hour"), PLACE, ZONE);

  @TempDir Path dir;

  private DatasetImport.Result run(TimeColumns columns, @Nullable String labels, String... names)
      throws IOException {
    return PictureImport.run(dir, columns, labels, names);
  }

  @Test
  void shouldStoreTheValuesThatTheServiceComputes() throws IOException {
    // When
    DatasetImport.Result result =
        run(
            SUN_AND_HOUR,
            null,
            "20260621_110820.png",
            "20260621_200000.png",
            "20260622_003000.png");
    // Then
    FrameDataset set = FrameDataset.open(dir.resolve("set"));
    assertThat(set.variableNames()).containsExactly("sun.elevation", "clock.hour");
    SourceRule rule = SourceRule.DEFAULTS.withLocation(PLACE).withTimeZone(ZONE);
    List<String> times =
        List.of("2026-06-21T11:08:20Z", "2026-06-21T20:00:00Z", "2026-06-22T00:30:00Z");
    for (int i = 0; i < times.size(); i++) {
      Instant time = Instant.parse(times.get(i));
      assertThat(set.variables(i, set.variableNames()))
          .containsExactly(
              rule.variable(Map.of(), time, "sun.elevation"),
              rule.variable(Map.of(), time, "clock.hour"));
    }
    assertThat(SUN_AND_HOUR.ranges(result.times()))
        .containsExactly("sun.elevation is -12.0 to 60.9", "clock.hour is 2.5 to 22.0");
  }

  @Test
  void shouldLetAFrameThatBringsTheVariableWin() {
    // Given
    SourceRule rule = SourceRule.DEFAULTS.withLocation(PLACE);
    Instant noon = Instant.parse("2026-06-21T11:08:20Z");
    // Then
    assertThat(rule.variable(Map.of("variable.sun.elevation", "12.5"), noon, "sun.elevation"))
        .isEqualTo(12.5);
    assertThat(rule.variable(Map.of("variable.sun.elevation", "?"), noon, "sun.elevation")).isNaN();
    assertThat(rule.variable(Map.of(), noon, "clock.hour")).isNaN();
    assertThat(rule.variable(Map.of(), noon, "speed")).isNaN();
  }

  @Test
  void shouldSayWhatIsMissing() {
    assertThatThrownBy(() -> TimeColumns.of(List.of("sun.azimuth"), null, ZONE))
        .hasMessage("sun.azimuth needs --location, such as 52.5,13.4");
    assertThatThrownBy(() -> TimeColumns.of(List.of("clock.weekday"), PLACE, null))
        .hasMessage("clock.weekday needs --time-zone, such as Europe/Berlin");
    assertThatThrownBy(() -> TimeColumns.of(List.of("moon"), PLACE, ZONE))
        .hasMessageStartingWith("unknown variable 'moon', expected some of sun.elevation, ");
    assertThatThrownBy(() -> run(SUN_AND_HOUR, null, "a.png", "20260621_110820.png"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("only 1 frames have one");
  }

  @Test
  void shouldRefuseTimesFromTheStartOfARecording() {
    assertThatThrownBy(
            () -> run(SUN_AND_HOUR, "file,residua.time\na.png,12.5\nb.png,13\n", "a.png", "b.png"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the first frame has the time 12.5 s after 1970");
  }

  @Test
  void shouldRefuseAColumnThatTheLabelsHave() {
    assertThatThrownBy(
            () ->
                run(
                    SUN_AND_HOUR,
                    "file,variable.sun.elevation\n20260621_110820.png,3\n",
                    "20260621_110820.png"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the labels have the column 'variable.sun.elevation' already");
  }
}
