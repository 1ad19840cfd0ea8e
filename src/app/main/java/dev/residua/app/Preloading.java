package dev.residua.app;

import dev.residua.app.kafka.EmbeddedKafka;
import dev.residua.onnx.OnnxEngine;
import dev.residua.wire.Topics;
import org.slf4j.LoggerFactory;

/**
 * Loads classes and libraries that the roles need while the HTTP server starts, which keeps only
 * one processor busy. The role that needs a library reports why it cannot be loaded.
 */
public final class Preloading {
  private Preloading() {}

  /**
   * Begins to load; returns at once.
   *
   * @param embeddedKafka whether the broker runs in this process
   */
  public static void start(boolean embeddedKafka) {
    LoggerFactory.getILoggerFactory(); // by one thread, or messages are lost
    Thread thread = new Thread(() -> load(embeddedKafka), "residua-preloading");
    thread.setDaemon(true);
    thread.start();
  }

  private static void load(boolean embeddedKafka) {
    try {
      if (embeddedKafka) {
        EmbeddedKafka.preload();
      }
      new Topics("");
      OnnxEngine.preload();
    } catch (RuntimeException | LinkageError e) {
      LoggerFactory.getLogger(Preloading.class).debug("not preloaded", e);
    }
  }
}
