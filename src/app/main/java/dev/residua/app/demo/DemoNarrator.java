package dev.residua.app.demo;

import dev.residua.dashboard.LiveViews.FindingView;
import dev.residua.model.ModelBundle;
import dev.residua.simulation.SimulatedFrame.ActiveEvent;
import java.io.PrintStream;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Prints the demo on the terminal: the faults of the camera and the findings of the product. */
public final class DemoNarrator {
  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final PrintStream out;

  public DemoNarrator(PrintStream out) {
    this.out = out;
  }

  /**
   * Prints the purpose of the demo and its addresses.
   *
   * @param token that the link to the dashboard contains; empty for none
   */
  public void start(ModelBundle bundle, String kafka, int httpPort, Optional<String> token) {
    out.println(
        """

        Residua watches a simulated camera. A ball on a rod throws a shadow; the model learnt that
          %s.
        On a schedule something breaks (marked "camera"); what Residua finds is marked "found".
          dashboard    http://localhost:%d/%s
          Kafka        %s   (send your own frames, read residua.scores: see src/docs/topics.md)
        Stop with Ctrl-C.
        """
            .formatted(
                bundle.graph().toString().replace('_', ' '),
                httpPort,
                token.map(secret -> "#/?token=" + secret).orElse(""),
                kafka));
  }

  public void fault(ActiveEvent event) {
    String node = event.event().node();
    print(
        "camera",
        "%s%s for %d frame%s"
            .formatted(
                event.event().kind().label().replace('_', ' '),
                node == null ? "" : " of " + node.replace('_', ' '),
                event.event().frames(),
                event.event().frames() == 1 ? "" : "s"));
  }

  public void found(FindingView finding) {
    if (finding.kind().startsWith("drift") || finding.kind().startsWith("intervention")) {
      return; // their incident says the same
    }
    print("found", "%s: %s".formatted(finding.kind(), finding.headline()));
  }

  private synchronized void print(String who, String what) {
    out.println("%s  %-6s  %s".formatted(LocalTime.now().format(CLOCK), who, what));
    out.flush();
  }
}
