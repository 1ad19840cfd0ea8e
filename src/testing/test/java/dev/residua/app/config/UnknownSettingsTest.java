package dev.residua.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.config.UnknownSettings.Unknown;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class UnknownSettingsTest {
  private final UnknownSettings settings =
      new UnknownSettings(
          ServerConfiguration.names(),
          Set.of("RESIDUA_HEAP"),
          Set.of("bootstrap.servers", "sasl.mechanism", "security.protocol"));

  private Optional<String> meant(String property) {
    List<Unknown> unknown = settings.properties(Set.of(property));
    assertThat(unknown).extracting(Unknown::name).containsExactly(property);
    return unknown.get(0).meant();
  }

  @Test
  void shouldKnowEveryPropertyUnderBothOfItsNames() {
    // Given
    Set<String> properties =
        ServerConfiguration.names().stream()
            .map(name -> name.replace("[*]", "[0]").replace("*", "ops"))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> variables =
        properties.stream()
            .map(name -> name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT))
            .collect(Collectors.toCollection(TreeSet::new));

    // When, Then
    assertThat(properties).hasSizeGreaterThan(100);
    assertThat(settings.properties(properties)).isEmpty();
    assertThat(settings.variables(variables)).isEmpty();
  }

  @Test
  void shouldNameTheNearestProperty() {
    assertThat(meant("residua.incidents.false-alarm-per-week"))
        .contains("residua.incidents.false-alarms-per-week");
    assertThat(meant("residua.incident.flap-limit")).contains("residua.incidents.flap-limit");
    assertThat(meant("residua.alerting.receivers.ops.ulr"))
        .contains("residua.alerting.receivers.ops.url");
    assertThat(meant("%prod.residua.rols")).contains("residua.roles");
    assertThat(meant("residua.incidents.colour-of-the-lamp")).isEmpty();
  }

  @Test
  void shouldNameTheNearestVariable() {
    // When
    List<Unknown> unknown =
        settings.variables(
            Set.of("RESIDUA_ALERTING_RECEIVERS_OPS_TYP", "RESIDUA_HEAPS", "RESIDUA_HEAP", "HOME"));

    // Then
    assertThat(unknown)
        .containsExactly(
            new Unknown(
                "RESIDUA_ALERTING_RECEIVERS_OPS_TYP",
                Optional.of("RESIDUA_ALERTING_RECEIVERS_OPS_TYPE")),
            new Unknown("RESIDUA_HEAPS", Optional.of("RESIDUA_HEAP")));
  }

  @Test
  void shouldDoubtClientSettingsOnlyWhereOneIsNear() {
    assertThat(meant("kafka.sasl.mecanism")).contains("kafka.sasl.mechanism");
    assertThat(settings.properties(Set.of("kafka.sasl.mechanism", "kafka.my.interceptor.colour")))
        .isEmpty();
  }

  @Test
  void shouldLeaveOtherProgramsAlone() {
    assertThat(settings.properties(Set.of("quarkus.http.port", "user.home"))).isEmpty();
    assertThat(settings.variables(Set.of("RESIDUAL_HEAT", "PATH"))).isEmpty();
  }

  @Test
  void shouldSayWhatToDo() {
    assertThat(new Unknown("a", Optional.of("b")).message("has no effect"))
        .isEqualTo("a is not a setting and has no effect; did you mean b?");
    assertThat(new Unknown("a", Optional.empty()).message("has no effect")).contains("; remove it");
  }
}
