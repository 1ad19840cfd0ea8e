package dev.residua.it;

import static dev.residua.it.TutorialIT.LIMIT;
import static dev.residua.it.TutorialIT.MINUTES;
import static dev.residua.it.TutorialIT.TRAIN;
import static dev.residua.it.TutorialIT.ask;
import static dev.residua.it.TutorialIT.blocks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.testing.Alertmanager;
import dev.residua.testing.RecordingServer;
import dev.residua.testing.Walkthrough;
import dev.residua.testing.Walkthrough.Typed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tutorial with videos of a plant that another program draws: from two videos to the three
 * faults in the second. With 1,800 steps, as training ends by itself only after some 6,000.
 */
@Tag("soak")
@Timeout(5400)
class TutorialPlantIT {
  private static final Path PLANT = Path.of("src/testing/test/resources/tutorial/plant.py");

  @TempDir Path folder;

  @Test
  void shouldFindTheFaultsOfAnotherScene() throws Exception {
    assumeTrue(Alertmanager.problem() == null, "skipped: " + Alertmanager.problem());
    assumeTrue(drawsPlant(), "skipped: python3-cairo, python3-numpy or ffmpeg is not installed");
    // Given videos of a plant that the product's own drawings do not resemble
    Iterator<String> look = blocks("Look and label");
    Iterator<String> train = blocks("Train");
    Iterator<String> watch = blocks("Watch");
    Iterator<String> broken = blocks("Break something");
    try (RecordingServer notified = RecordingServer.anything();
        Alertmanager alertmanager = Alertmanager.start(folder, notified.url());
        Walkthrough reader = Walkthrough.embedded(folder)) {
      reader
          .replacing("http://localhost:9093", alertmanager.url().toString())
          .replacing("--preview ", "--labels labels.csv --preview ")
          .replacing(TRAIN, TRAIN + " --steps 1800")
          .replacing("--rate 20", "--rate 100");
      reader.start("/usr/bin/python3 " + PLANT.toAbsolutePath() + " .").awaitEnd(MINUTES);

      // When
      reader.start(look.next()).awaitEnd(MINUTES);
      look.next(); // labels are there
      String trained = reader.start(train.next()).awaitEnd(MINUTES);
      String evaluated = reader.start(train.next()).awaitEnd(LIMIT);
      reader.start(watch.next()).awaitEnd(LIMIT);
      Typed service = reader.start(watch.next());
      reader.awaitReady(service);
      reader.start(watch.next()).awaitEnd(MINUTES);
      String status = reader.start(watch.next()).awaitEnd(LIMIT);
      reader.start(watch.next()).awaitEnd(LIMIT);
      Typed incidents = reader.start(broken.next());
      incidents.await(LIMIT, "it watches", () -> incidents.output().contains("watching"));
      reader.start(broken.next()).awaitEnd(LIMIT);

      // Then each fault has an incident that names it, and nothing else has
      for (String name : List.of("needle", "level", "glow")) {
        incidents.await(
            LIMIT,
            "an incident of " + name,
            () -> incidents.output().contains("mechanism:" + name));
      }
      assertThat(trained).contains("frames like these until it is armed").contains("next  ");
      assertThat(trained).doesNotContain("cannot read");
      assertThat(evaluated).contains("names           good");
      assertThat(status).contains("learning");
      assertThat(incidents.output()).doesNotContain("mechanism:valve", "mechanism:belt");
      String query = broken.next();
      service.await(
          LIMIT,
          "the alert is in Alertmanager",
          () -> ask(reader, query).contains("ResiduaIncident"));
    }
  }

  private static boolean drawsPlant() throws Exception {
    return Files.isExecutable(Path.of("/usr/bin/ffmpeg"))
        && Files.isExecutable(Path.of("/usr/bin/python3"))
        && new ProcessBuilder("/usr/bin/python3", "-c", "import cairo, numpy").start().waitFor()
            == 0;
  }
}
