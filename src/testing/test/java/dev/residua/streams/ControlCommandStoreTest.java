package dev.residua.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Suppression;
import dev.residua.wire.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class ControlCommandStoreTest {
  private final Topics topics = new Topics("residua.");
  private final MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
  private final List<RefusalListener.Reason> refused = new ArrayList<>();

  ControlCommandStoreTest() {
    KeyValueStore<String, byte[]> store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(ControlCommandStore.STORE),
                Serdes.String(),
                Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
  }

  private ControlCommandStore commands(List<ControlCommand> given) {
    ControlCommandStore commands = new ControlCommandStore(refused::add);
    Processor<String, byte[], Void, Void> keeper = keeper(commands);
    for (int i = 0; i < given.size(); i++) {
      context.setRecordMetadata(topics.control().name(), 0, i);
      keeper.process(record(given.get(i).order().id(), given.get(i)));
    }
    return commands;
  }

  private Processor<String, byte[], Void, Void> keeper(ControlCommandStore commands) {
    Processor<String, byte[], Void, Void> keeper =
        commands.keeper(topics.control().value().deserializer());
    keeper.init(context);
    return keeper;
  }

  private Record<String, byte[]> record(String key, ControlCommand command) {
    return new Record<>(key, topics.control().write(command), 0);
  }

  private static ControlCommand suppression(String id) {
    return new Suppression(new Order(id, "cam1", "kim", "wear", Instant.EPOCH), id, 1);
  }

  @Test
  void shouldKeepTheSameCommandsInForceAfterARestart() {
    // Given one command too many, of which the newest has the first key
    List<ControlCommand> given = new ArrayList<>();
    for (int i = 0; i < ActiveControls.MOST; i++) {
      given.add(suppression("m%04d".formatted(i)));
    }
    given.add(suppression("a"));
    ControlCommandStore before = commands(given);
    ControlCommandStore after = new ControlCommandStore();

    // When
    keeper(after);

    // Then
    for (ControlCommandStore one : List.of(before, after)) {
      assertThat(one.active().suppressed("cam1", "a", 1)).isTrue();
      assertThat(one.active().suppressed("cam1", "m0000", 1)).as("the oldest").isFalse();
      assertThat(one.active().suppressed("cam1", "m0001", 1)).isTrue();
      assertThat(one.active().lastOffset()).isEqualTo(ActiveControls.MOST);
    }
  }

  @Test
  void shouldRefuseARecordWhoseKeyIsNotTheIdOfItsCommand() {
    // Given
    ControlCommandStore commands = new ControlCommandStore(refused::add);
    Processor<String, byte[], Void, Void> keeper = keeper(commands);

    // When
    keeper.process(record("s", suppression("s")));
    keeper.process(record("forged", suppression("s")));
    keeper.process(new Record<>("s", null, 0));

    // Then nothing keeps what was taken back, also after a restart
    ControlCommandStore after = new ControlCommandStore();
    keeper(after);
    assertThat(commands.active().suppressed("cam1", "s", 1)).isFalse();
    assertThat(after.active().suppressed("cam1", "s", 1)).isFalse();
    assertThat(refused).containsExactly(RefusalListener.Reason.UNREADABLE_CONTROL);
  }
}
