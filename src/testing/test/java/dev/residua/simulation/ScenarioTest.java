package dev.residua.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.simulation.ScenarioEvent.Kind;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioTest {
  private static String withEvent(String event) {
    return "{\"scene\": \"pendulum\", \"noise\": 0.5, \"events\": [{" + event + "}]}";
  }

  @Test
  void shouldReadAScenario() throws IOException {
    // When
    Scenario read =
        Scenario.parse(
            """
            {"scene": "pendulum", "noise": [0.5, 0.4], "framesPerSecond": 10, "seed": 7,
             "autocorrelation": 0.5, "events": [
              {"kind": "single_shock", "node": "shadow_length", "at": 200, "size": 6.0},
              {"kind": "brightness", "at": 300, "frames": 50, "size": 0.8}]}
            """,
            "test");

    // Then one pass ends ten seconds after the last event
    assertThat(read)
        .isEqualTo(
            new Scenario(
                read.scene(),
                List.of(0.5, 0.4),
                10,
                7,
                0.5,
                450,
                List.of(
                    new ScenarioEvent(Kind.SINGLE_SHOCK, "shadow_length", 200, 1, 6, 0.1),
                    new ScenarioEvent(Kind.BRIGHTNESS, null, 300, 50, 0.8, 0.1))));
    assertThat(read.scene()).isInstanceOf(Pendulum.class);
  }

  @Test
  void shouldReadNoiseInItsThreeForms() throws IOException {
    assertThat(Scenario.parse("{\"scene\": \"flow\"}", "test").noise()).isNull();
    assertThat(Scenario.parse("{\"scene\": \"flow\", \"noise\": 0.3}", "test").noise())
        .containsExactly(0.3, 0.3);
    assertThat(Scenario.parse("{\"scene\": \"flow\", \"noise\": \"usual\"}", "test").noise())
        .containsExactly(0.5, 0.4);
  }

  @Test
  void shouldShipADemoWithOneEventOfEveryUnwantedKindAndQuietBetweenThem() throws IOException {
    // When
    Scenario demo = Scenario.shipped("demo");

    // Then
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    int end = 0;
    for (ScenarioEvent event : demo.events()) {
      assertThat(event.at() - end).isGreaterThanOrEqualTo(180);
      kinds.add(event.kind());
      end = event.end();
    }
    // The frozen camera stands for all faults of a camera, the mechanism change for its edges;
    // three kinds need a scene with memory.
    assertThat(kinds)
        .isEqualTo(
            EnumSet.complementOf(
                EnumSet.of(
                    Kind.COMMISSIONING,
                    Kind.EDGE_CHANGE,
                    Kind.LEAK,
                    Kind.DELAY_CHANGE,
                    Kind.RESPONSE_CHANGE,
                    Kind.DARK,
                    Kind.SATURATED,
                    Kind.BLURRED,
                    Kind.TORN)));
    assertThat(demo.events()).hasSize(kinds.size());
    assertThat(demo.events().get(0).at()).isEqualTo(200);
    assertThat(demo.frames()).isGreaterThanOrEqualTo(end + 180);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'kind': 'shock', 'at': 1, 'size': 1 | unknown kind 'shock'",
        "'node': 'light', 'at': 1 | events[0].kind must be a text but is missing",
        "'kind': 'offset', 'node': 'lamp', 'at': 1, 'frames': 2, 'size': 1"
            + " | events[0].node is 'lamp', expected one of pendulum, light,",
        "'kind': 'offset', 'at': 1, 'frames': 2, 'size': 1 | events[0].node is missing",
        "'kind': 'offset', 'node': 'light', 'frames': 2, 'size': 1 | events[0].at is missing",
        "'kind': 'offset', 'node': 'light', 'at': 1, 'size': 1 | events[0].frames is missing",
        "'kind': 'offset', 'node': 'light', 'at': 1, 'frames': 2 | events[0].size is missing",
        "'kind': 'offset', 'node': 'light', 'at': -1, 'frames': 2, 'size': 1"
            + " | events[0].at must be at least 0 but was -1",
        "'kind': 'offset', 'node': 'light', 'at': 1.5, 'frames': 2, 'size': 1"
            + " | events[0].at must be a whole number but was 1.5",
        "'kind': 'offset', 'node': 'light', 'at': 1, 'frames': 0, 'size': 1"
            + " | events[0].frames must be at least 1 but was 0",
        "'kind': 'offset', 'node': 'light', 'at': 1, 'frames': 2, 'size': 'big'"
            + " | events[0].size must be a number",
        "'kind': 'offset', 'node': 'light', 'at': 1, 'frames': 2, 'size': 1, 'sise': 2"
            + " | unknown key 'events[0].sise', expected one of at, cause, frames, kind",
        "'kind': 'single_shock', 'node': 'light', 'at': 1, 'frames': 2, 'size': 1"
            + " | events[0].frames must be 1 for a single_shock but was 2",
        "'kind': 'mechanism_change', 'node': 'light', 'at': 1, 'frames': 2, 'size': 1"
            + " | events[0].node is 'light', which has no causes",
        "'kind': 'edge_change', 'node': 'shadow_length', 'at': 1, 'frames': 2, 'size': 0"
            + " | events[0].cause is missing, edge_change needs one",
        "'kind': 'edge_change', 'node': 'shadow_length', 'cause': 'shadow_position', 'at': 1,"
            + " 'frames': 2, 'size': 0 | events[0].cause is 'shadow_position', expected a direct"
            + " cause of shadow_length: pendulum, light",
        "'kind': 'edge_change', 'node': 'light', 'cause': 'pendulum', 'at': 1, 'frames': 2,"
            + " 'size': 0 | events[0].cause is 'pendulum', expected a direct cause of light: it has",
        "'kind': 'offset', 'node': 'light', 'cause': 'pendulum', 'at': 1, 'frames': 2, 'size': 1"
            + " | events[0].cause must be left out for offset but was 'pendulum'",
        "'kind': 'dark', 'at': 1, 'frames': 2, 'size': 1.5"
            + " | events[0].size must be in [0, 1] for dark but was 1.5",
        "'kind': 'blurred', 'at': 1, 'frames': 2, 'size': 0"
            + " | events[0].size must be in (0, 32.0] for blurred but was 0.0",
        "'kind': 'torn', 'node': 'light', 'at': 1, 'frames': 2, 'size': 0.5"
            + " | events[0].node must be left out, torn touches the whole picture",
        "'kind': 'covariate_drift', 'node': 'shadow_length', 'at': 1, 'frames': 2, 'size': 1"
            + " | events[0].node is 'shadow_length', which has causes",
        "'kind': 'brightness', 'node': 'light', 'at': 1, 'frames': 2, 'size': 1"
            + " | events[0].node must be left out",
        "'kind': 'brightness', 'at': 1, 'frames': 2, 'size': -1"
            + " | events[0].size must be at least 0 for brightness but was -1",
        "'kind': 'sparse_anomalies', 'node': 'light', 'at': 1, 'frames': 2, 'size': 1, 'rate': 0"
            + " | events[0].rate must be in (0, 1] but was 0",
      })
  void shouldSayWhichEventIsWrongAndWhatWasExpected(String event, String message) {
    assertThatThrownBy(() -> Scenario.parse(withEvent(event.replace('\'', '"')), "my.json"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("my.json: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "[] | expected a JSON object",
        "{'scene': 'sea'} | unknown scene 'sea', expected one of pendulum, flow, candle, valve, pump, plant, tank, belt, plate",
        "{} | scene must be a text but is missing",
        "{'scene': 'flow', 'noise': [1]} | one number for each of [water_height, water_flow] but has 1",
        "{'scene': 'flow', 'noise': -1} | noise must be at least 0 but was -1",
        "{'scene': 'flow', 'noise': 'loud'} | noise must be a number, a list of numbers",
        "{'scene': 'flow', 'autocorrelation': 1} | at least 0 and below 1 but was 1",
        "{'scene': 'flow', 'framesPerSecond': 0} | framesPerSecond must be above 0 but was 0",
        "{'scene': 'flow', 'seed': 'x'} | seed must be a whole number",
        "{'scene': 'flow', 'speed': 1} | unknown key 'speed'",
        "{'scene': 'flow' | is not JSON",
      })
  void shouldSayWhichSettingIsWrong(String json, String message) {
    assertThatThrownBy(() -> Scenario.parse(json.replace('\'', '"'), "my.json"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("my.json")
        .hasMessageContaining(message);
  }

  @Test
  void shouldRefuseEventsThatOverlapOrOutlastTheScenario() {
    // Given
    ScenarioEvent first = new ScenarioEvent(Kind.OFFSET, "light", 10, 20, 1, 0.1);
    ScenarioEvent second = new ScenarioEvent(Kind.OFFSET, "pendulum", 29, 5, 1, 0.1);

    // When, Then
    assertThatThrownBy(
            () -> new Scenario(new Pendulum(), null, 20, 1, 0, 100, List.of(first, second)))
        .hasMessage("events[1] starts at frame 29, before events[0] ends at frame 30");
    assertThatThrownBy(() -> new Scenario(new Pendulum(), null, 20, 1, 0, 25, List.of(first)))
        .hasMessage("events[0] ends at frame 30, after the scenario's 25 frames");
  }

  @Test
  void shouldRefuseToChangeNoiseThatIsNotThere() {
    assertThatThrownBy(
            () ->
                Scenario.parse(
                    "{\"scene\": \"pendulum\", \"events\": [{\"kind\": \"noise_change\", \"node\":"
                        + " \"shadow_length\", \"at\": 0, \"frames\": 1, \"size\": 2}]}",
                    "test"))
        .hasMessageContaining("which has no noise to change");
  }
}
