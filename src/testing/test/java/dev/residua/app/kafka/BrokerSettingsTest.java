package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.app.kafka.BrokerSettings.Voter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerSettingsTest {
  private static final List<Voter> THREE =
      Voter.parse("1@localhost:9093,2@localhost:9095,3@localhost:9097");

  @Test
  void shouldReadVotersInKafkasNotation() {
    assertThat(THREE)
        .containsExactly(
            new Voter(1, "localhost", 9093),
            new Voter(2, "localhost", 9095),
            new Voter(3, "localhost", 9097));
    assertThat(settings(2, 3, 2).controllerPort()).isEqualTo(9095);
  }

  @Test
  void shouldNameTheVoterThatCannotBeRead() {
    for (String bad : List.of("", "1", "1@localhost", "@localhost:9093", "one@localhost:9093")) {
      assertThatThrownBy(() -> Voter.parse("2@localhost:9095," + bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("voter '" + bad + "'")
          .hasMessageContaining("ID@HOST:PORT");
    }
  }

  @Test
  void shouldRefuseANodeThatIsNoVoter() {
    assertThatThrownBy(() -> settings(4, 3, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("node 4 is not among the voters");
  }

  @Test
  void shouldRefuseTwoVotersOfOneIdentity() {
    List<Voter> twice = Voter.parse("1@localhost:9093,1@localhost:9095");
    assertThatThrownBy(() -> new BrokerSettings(1, twice, 9092, 1, 1, 1 << 20, Map.of()))
        .hasMessageContaining("node 1 is twice among the voters");
  }

  @Test
  void shouldRefuseMoreCopiesThanNodes() {
    assertThatThrownBy(() -> settings(1, 4, 2))
        .hasMessageContaining("replication must be from 1 to 3 but was 4");
    assertThatThrownBy(() -> settings(1, 2, 3))
        .hasMessageContaining("min.insync.replicas must be from 1 to 2 but was 3");
  }

  private static BrokerSettings settings(int node, int replication, int minInSync) {
    return new BrokerSettings(node, THREE, 9092, replication, minInSync, 1 << 20, Map.of());
  }
}
