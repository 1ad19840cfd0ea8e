package dev.residua.app.web;

import dev.residua.alerting.AlertmanagerSilences;
import dev.residua.alerting.AlertmanagerSilences.Silence;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.dashboard.AcknowledgementsResource;
import dev.residua.dashboard.ReportedAcknowledgement;
import dev.residua.model.SafeText;
import dev.residua.wire.BoundedMap;
import dev.residua.wire.LogLimit;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one Alertmanager for its silences again and again, and acknowledges the incidents that they
 * name. A failed request is repeated later, and delays nothing.
 */
final class SilencePoll implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SilencePoll.class);
  private static final int MAX_TAKEN = 10_000;
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final ReceiverSettings receiver;
  private final AlertmanagerSilences silences;
  private final AcknowledgementsResource acknowledgements;
  private final BooleanSupplier ready;

  /** Silences that were taken, whose orders may not have been read back yet. */
  private final Set<String> taken = Collections.newSetFromMap(BoundedMap.ofLatest(MAX_TAKEN));

  private final LogLimit skipped = new LogLimit();
  private final Thread thread;
  private boolean failed;

  /**
   * Starts.
   *
   * @param receiver of type Alertmanager; asked once per repeat interval
   * @param ready whether the incidents are known; it starts then
   */
  SilencePoll(
      ReceiverSettings receiver, AcknowledgementsResource acknowledgements, BooleanSupplier ready) {
    this.receiver = receiver;
    this.silences = new AlertmanagerSilences(receiver);
    this.acknowledgements = acknowledgements;
    this.ready = ready;
    this.thread = new Thread(this::run, "residua-silences-" + receiver.name());
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (!ready.getAsBoolean()) {
        Thread.sleep(PAUSE.toMillis());
      }
      while (true) {
        ask();
        Thread.sleep(receiver.repeatInterval().toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void ask() throws InterruptedException {
    try {
      takeAll(silences.fetch());
      failed = false;
    } catch (IOException | RuntimeException e) {
      if (!failed) {
        LOG.warn("silences cannot be read: receiver={} reason={}", receiver.name(), e.getMessage());
      }
      failed = true;
    }
  }

  /**
   * Acknowledges the incidents of silences. An invalid one, such as one with too long an id, is
   * skipped.
   *
   * @throws IOException if orders cannot be stored now
   */
  void takeAll(List<Silence> all) throws IOException {
    for (Silence silence : all) {
      try {
        take(silence);
      } catch (IllegalArgumentException e) {
        skipped.log(
            count ->
                LOG.warn(
                    "silences skipped: receiver={} count={} reason={}",
                    receiver.name(),
                    count,
                    SafeText.of(e.getMessage())));
      }
    }
  }

  private void take(Silence silence) throws IOException {
    if (taken.contains(silence.id())) {
      return;
    }
    String comment = silence.comment().isBlank() ? "" : ": " + silence.comment();
    ReportedAcknowledgement event =
        new ReportedAcknowledgement(
            silence.id(),
            silence.incident(),
            silence.person(),
            "silenced in Alertmanager" + comment);
    if (acknowledgements.acknowledge(receiver.name(), event)) {
      taken.add(silence.id());
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}
