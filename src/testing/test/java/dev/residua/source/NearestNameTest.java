package dev.residua.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
  @ParameterizedTest
  @CsvSource({
    "a, a, 0",
    "'', abc, 3",
    "train, trian, 1",
    "train, trains, 1",
    "kitten, sitting, 3",
    "ab, ba, 1",
    "silence, science, 2"
  })
  void shouldCountTheLettersThatDiffer(String a, String b, int expected) {
    assertThat(NearestName.distance(a, b)).isEqualTo(expected);
    assertThat(NearestName.distance(b, a)).isEqualTo(expected);
  }

  @Test
  void shouldFindTheSettingThatWasMeant() {
    assertThat(NearestName.of("falseAlarmsPerWek", SourceRule.SETTINGS.names()))
        .contains("falseAlarmsPerWeek");
    assertThat(NearestName.of("colour", List.of("match", "scene"))).isEmpty();
  }
}
