package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.testing.Alertmanager;
import dev.residua.testing.Documents;
import dev.residua.testing.Documents.Snippet;
import dev.residua.testing.RecordingServer;
import dev.residua.testing.Walkthrough;
import dev.residua.testing.Walkthrough.Typed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tutorial, line by line as it stands there, from a folder of pictures to an alert in
 * Alertmanager: with fewer pictures, fewer steps of training and a faster camera.
 */
@Tag("soak")
@Timeout(480)
class TutorialIT {
  private static final Path PAGE = Path.of("src/docs/tutorial.md");
  private static final Duration TRAINING = Duration.ofSeconds(300);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void shouldLeadFromAFolderOfPicturesToAnAlert() throws Exception {
    assumeTrue(Alertmanager.problem() == null, "skipped: " + Alertmanager.problem());
    // Given
    Iterator<String> blocks = Documents.snippets(PAGE, "sh").stream().map(Snippet::code).iterator();
    try (RecordingServer notified = RecordingServer.anything();
        Alertmanager alertmanager = Alertmanager.start(folder, notified.url());
        Walkthrough reader = Walkthrough.embedded(folder)) {
      reader
          .replacing("http://localhost:9093", alertmanager.url().toString())
          .replacing("--count 3000", "--count 2000")
          .replacing("--steps 1500", "--steps 500")
          .replacing("--rate 20", "--rate 60");

      // When
      reader.start(blocks.next()).awaitEnd(LIMIT);
      String trained = reader.start(blocks.next()).awaitEnd(TRAINING);
      Typed service = reader.start(blocks.next());
      reader.awaitReady(service);
      String learned = reader.start(blocks.next()).awaitEnd(LIMIT);
      Typed incidents = reader.start(blocks.next());
      Typed leak = reader.start(blocks.next());
      incidents.await(
          LIMIT, "an incident of the leak", () -> incidents.output().contains("incident opened"));
      String query = blocks.next();
      String[] asked = {""};
      leak.await(
          LIMIT,
          "the alert is in Alertmanager",
          () -> {
            asked[0] = ask(reader, query);
            return asked[0].contains("water height");
          });
      leak.awaitEnd(LIMIT);
      incidents.await(
          LIMIT, "the end of the incident", () -> incidents.output().contains("resolved"));

      // Then
      assertThat(blocks).as("steps that this test does not take").isExhausted();
      assertThat(trained).contains("graph ", "mcc ", "residual.distanceCorrelation ");
      assertThat(learned).containsPattern("cam1 +armed +revision 1");
      assertThat(service.output()).contains("delivered ops (alertmanager, ");
      List<String> lines = incidents.output().lines().toList();
      assertThat(lines).allMatch(line -> line.contains(" cam1 #"), "they are of the camera");
      assertThat(lines.stream().filter(line -> line.contains("incident opened"))).hasSize(1);
      assertThat(lines.get(0)).contains("water height no longer follows ball size");
      assertThat(asked[0]).contains("ResiduaIncident");
    }
  }

  private static String ask(Walkthrough reader, String query) {
    try {
      return reader.start(query).awaitEnd(LIMIT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
