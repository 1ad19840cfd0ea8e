package dev.residua.bench;

import dev.residua.alerting.NotifiedState.Stage;
import dev.residua.scoring.Stages;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Processor time of one thread by stage. Written by that thread, read by others. Each change of the
 * stage costs about half a microsecond.
 */
final class StageTimes implements Stages {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final AtomicLongArray nanos = new AtomicLongArray(Stage.values().length);
  private Stage stage = Stage.CONSUME;
  private long since = -1;

  @Override
  public void enter(Stage next) {
    if (next == stage) {
      return;
    }
    long now = THREADS.getCurrentThreadCpuTime();
    if (since >= 0) {
      nanos.addAndGet(stage.ordinal(), now - since);
    }
    since = now;
    stage = next;
  }

  Map<Stage, Long> nanos() {
    Map<Stage, Long> all = new EnumMap<>(Stage.class);
    for (Stage each : Stage.values()) {
      all.put(each, nanos.get(each.ordinal()));
    }
    return all;
  }
}
