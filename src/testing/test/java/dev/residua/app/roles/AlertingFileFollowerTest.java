package dev.residua.app.roles;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.app.config.AlertingFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of alerting that changes, as by an editor or a ConfigMap of Kubernetes. */
class AlertingFileFollowerTest {
  @TempDir Path folder;
  private final List<String> used = new ArrayList<>();

  private static String receiver(String name) {
    return "receivers: {%s: {type: webhook, url: 'https://%s.test/in'}}".formatted(name, name);
  }

  private AlertingFileFollower follower(Path file) throws Exception {
    return new AlertingFileFollower(
        file, AlertingFile.settings(file), settings -> used.add(names(settings)));
  }

  private static String names(AlertingSettings settings) {
    return settings.receivers().stream()
        .map(ReceiverSettings::name)
        .collect(Collectors.joining(","));
  }

  /** Replaces a file, so that it also differs if the clock of the file system is coarse. */
  private void replace(Path file, String text) throws Exception {
    Files.move(
        Files.writeString(folder.resolve("new"), text), file, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void shouldUseAChangedFileOnce() throws Exception {
    // Given
    Path file = Files.writeString(folder.resolve("alerting.yaml"), receiver("one"));
    AlertingFileFollower follower = follower(file);
    follower.look();

    // When
    replace(file, receiver("other"));
    follower.look();
    follower.look();
    replace(file, "# the same\n" + receiver("other"));
    follower.look();

    // Then
    assertThat(used).containsExactly("other");
    assertThat(follower.successful()).isTrue();
  }

  @Test
  void shouldKeepTheSettingsOfAFileThatCannotBeUsedUntilItIsCorrected() throws Exception {
    // Given
    Path file = Files.writeString(folder.resolve("alerting.yaml"), receiver("one"));
    AlertingFileFollower follower = follower(file);

    // When
    replace(file, "receivers: {one: {type: carrier-pigeon}}");
    follower.look();
    boolean wrong = follower.successful();
    Files.delete(file);
    follower.look();
    boolean missing = follower.successful();
    replace(file, "");
    follower.look();
    boolean empty = follower.successful();
    replace(file, receiver("one"));
    follower.look();
    boolean corrected = follower.successful();

    // Then
    assertThat(List.of(wrong, missing, empty, corrected))
        .containsExactly(false, false, false, true);
    assertThat(used).isEmpty();
  }

  @Test
  void shouldFollowTheLinksOfAConfigMap() throws Exception {
    // Given
    Path first = Files.createDirectory(folder.resolve("..1"));
    Path second = Files.createDirectory(folder.resolve("..2"));
    Files.writeString(first.resolve("alerting.yaml"), receiver("aaa"));
    Files.writeString(second.resolve("alerting.yaml"), receiver("bbb"));
    Files.setLastModifiedTime(
        second.resolve("alerting.yaml"), Files.getLastModifiedTime(first.resolve("alerting.yaml")));
    Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
    Path file =
        Files.createSymbolicLink(
            folder.resolve("alerting.yaml"), Path.of("..data", "alerting.yaml"));
    AlertingFileFollower follower = follower(file);
    follower.look();

    // When
    Files.move(
        Files.createSymbolicLink(folder.resolve("..next"), Path.of("..2")),
        data,
        StandardCopyOption.ATOMIC_MOVE);
    follower.look();

    // Then
    assertThat(used).containsExactly("bbb");
  }
}
