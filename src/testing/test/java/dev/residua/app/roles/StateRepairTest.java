package dev.residua.app.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.app.process.RoleEndedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

class StateRepairTest {
  private static final String APPLICATION = "residua.monitor";

  @TempDir Path folder;
  private final AtomicLong now = new AtomicLong(-7); // nanoTime may be negative
  private Path state;
  private StateRepair repair;

  @BeforeEach
  void start() throws IOException {
    state = folder.resolve("streams-1");
    repair = new StateRepair(state, APPLICATION, now::get);
    write("0_0", "first");
    write("0_1", "second");
  }

  private void write(String task, String text) throws IOException {
    Path store =
        Files.createDirectories(
            state.resolve(APPLICATION).resolve(task).resolve("rocksdb/sources"));
    Files.writeString(store.resolve("CURRENT"), text);
  }

  private Path current(String above) {
    return state.resolve(above).resolve("rocksdb/sources/CURRENT");
  }

  private static RocksDBException rocks(Status.Code code, String message) {
    return new RocksDBException(message, new Status(code, Status.SubCode.None, message));
  }

  private ProcessorStateException opening(String task) {
    return new ProcessorStateException(
        "Error opening store sources at location "
            + state.resolve(APPLICATION).resolve(task).resolve("rocksdb/sources"),
        rocks(Status.Code.Corruption, "CURRENT file corrupted"));
  }

  @Test
  void shouldMoveTheDamagedTaskAsideAndLeaveTheOthers() throws IOException {
    // When
    repair.repair(opening("0_1"));
    // Then
    assertThat(current(APPLICATION + "/0_1")).doesNotExist();
    assertThat(current(APPLICATION + "/0_0")).hasContent("first");
    assertThat(current("damaged/0_1")).hasContent("second");
  }

  @Test
  void shouldMoveAllTasksAtTheSecondDamageAndEndAtTheThird() throws IOException {
    // When
    repair.repair(opening("0_1"));
    write("0_1", "restored");
    repair.repair(opening("0_1"));
    // Then
    assertThat(state.resolve(APPLICATION)).doesNotExist();
    assertThat(current("damaged/residua.monitor/0_1")).hasContent("restored");
    // When, Then
    assertThatThrownBy(() -> repair.repair(opening("0_0")))
        .isInstanceOf(RoleEndedException.class)
        .hasMessageContaining(state.toString())
        .hasMessageContaining("CURRENT file corrupted")
        .hasMessageContaining("check the disk");
    // When much later
    now.addAndGet(StateRepair.WINDOW.toNanos() + 1);
    write("0_0", "later");
    repair.repair(opening("0_0"));
    // Then
    assertThat(current("damaged/0_0")).hasContent("later");
  }

  @Test
  void shouldKeepOneDamagedCopyOfATask() throws IOException {
    // When
    repair.repair(opening("0_1"));
    now.addAndGet(StateRepair.WINDOW.toNanos() + 1);
    write("0_1", "third");
    repair.repair(opening("0_1"));
    // Then
    assertThat(current("damaged/0_1")).hasContent("third");
    assertThat(state.resolve("damaged")).isDirectoryNotContaining("glob:**/0_1?*");
  }

  @Test
  void shouldMoveAllTasksIfTheFailureNamesNone() {
    // When
    repair.repair(
        new ProcessorStateException(
            "Error while executing get from store sources",
            rocks(Status.Code.Corruption, "block checksum mismatch")));
    // Then
    assertThat(current("damaged/residua.monitor/0_0")).hasContent("first");
  }

  @Test
  void shouldDistinguishDamageFromAFullDiskAndFromOtherFailures() {
    assertThat(StateRepair.isDamage(opening("0_1"))).isTrue();
    assertThat(
            StateRepair.isDamage(
                new ProcessorStateException(
                    rocks(Status.Code.IOError, "No such file or directory: 000010.sst"))))
        .isTrue();
    assertThat(
            StateRepair.isDamage(
                new ProcessorStateException(
                    rocks(Status.Code.IOError, "No space left on device: 000010.sst"))))
        .isFalse();
    assertThat(
            StateRepair.isDamage(
                new ProcessorStateException(new IOException("Malformed line in checkpoint file"))))
        .isTrue();
    assertThat(StateRepair.isDamage(rocks(Status.Code.Corruption, "elsewhere"))).isFalse();
    assertThat(StateRepair.isDamage(new IllegalStateException("store is closed"))).isFalse();
  }
}
