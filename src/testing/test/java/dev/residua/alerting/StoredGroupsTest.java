package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.incident.Incident;
import dev.residua.testing.Incidents;
import org.junit.jupiter.api.Test;

class StoredGroupsTest {
  private static final String KEY = StoredAlerts.key("group.a.0");
  private static final Incident FIRST = Incidents.with(i -> i.id = "a");
  private static final Incident SECOND = Incidents.with(i -> i.id = "b");

  private final StoredGroups groups = new StoredGroups();

  @Test
  void shouldFindTheGroupOfEachOfItsIncidentsUntilItIsOver() {
    // Given
    groups.apply(StoredAlerts.key("b"), StoredAlerts.single(SECOND));
    groups.apply(KEY, StoredAlerts.group("group.a.0", 0, FIRST));

    // When
    boolean early = groups.of("b").isPresent();
    groups.apply(KEY, StoredAlerts.group("group.a.0", 0, FIRST, SECOND));

    // Then
    assertThat(early).isFalse();
    assertThat(groups.of("a")).isPresent().isEqualTo(groups.of("b"));
    assertThat(groups.of("b").orElseThrow().incident().id()).isEqualTo("group.a.0");
    groups.apply(KEY, null);
    assertThat(groups.of("a")).isEmpty();
  }

  @Test
  void shouldKeepTheThousandThatChangedLast() {
    // When
    for (int i = 0; i <= 1_000; i++) {
      String incident = "i" + i;
      groups.apply(
          StoredAlerts.key("group." + i),
          StoredAlerts.group("group." + i, 0, Incidents.with(one -> one.id = incident)));
    }

    // Then
    assertThat(groups.of("i0")).isEmpty();
    assertThat(groups.of("i1")).isPresent();
    assertThat(groups.of("i1000")).isPresent();
  }

  @Test
  void shouldRefuseADamagedGroup() {
    assertThatThrownBy(() -> groups.apply(KEY, new byte[] {'{'}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(groups.of("a")).isEmpty();
  }
}
