package dev.residua.bench;

import dev.residua.app.kafka.ControlWriter;
import dev.residua.frame.SceneName;
import dev.residua.incident.ControlCommand.Kind;
import dev.residua.incident.ControlCommandParser;
import dev.residua.model.ModelBundle;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Commands of operators during a soak benchmark, in turn, and swaps between two models. */
final class SoakOrders {
  private static final String BY = "bench";

  private final ModelAdmin models;
  private final ControlWriter control;
  private final ModelBundle one;
  private final ModelBundle other;
  private final Deque<String> ended = new ArrayDeque<>();
  private int given;
  private int swaps;
  private int turn;

  SoakOrders(ModelAdmin models, ControlWriter control, ModelBundle model) {
    this.models = models;
    this.control = control;
    this.one = model;
    this.other = model.withId(model.id() + "-other");
  }

  void publish() throws IOException {
    models.begin(one, null, author());
    models.publish(other, SceneName.DEFAULT, null, null, author());
  }

  void swap() throws IOException {
    swaps++;
    models.promote(SceneName.DEFAULT, swaps % 2 == 1 ? other.id() : one.id(), author());
  }

  /** Notes a source that will not send again; half of them are retired by an order. */
  void ended(String source) {
    ended.add(source);
  }

  /**
   * Gives the next order, and retires sources.
   *
   * @param sources that send now, at least one
   * @param incidents ids of open incidents
   */
  void next(List<String> sources, List<String> incidents) throws IOException {
    for (String gone = ended.poll(); gone != null; gone = ended.poll()) {
      if (gone.hashCode() % 2 == 0) {
        give(Kind.RETIRE, "retire-" + gone, Map.of("sources", gone));
      }
    }
    String source = sources.get(turn % sources.size());
    Map<String, String> of = Map.of("sources", source);
    turn++;
    switch (turn % 5) {
      case 0 -> give(Kind.MAINTENANCE, "silence-" + turn, with(of, "for", "PT20S"));
      case 1 -> give(Kind.ACCEPT_NORMAL, "accept-" + turn, of);
      case 2 ->
          give(Kind.SUPPRESSION, "suppress", with(with(of, "latent", latent()), "margin", "0.1"));
      case 3 -> {
        control.write("suppress", null);
        given++;
      }
      default -> {
        if (!incidents.isEmpty()) {
          String incident = incidents.get(turn % incidents.size());
          give(Kind.RESOLVE, "resolve-" + turn, Map.of("incident", incident));
        }
      }
    }
  }

  private String latent() {
    return one.manifest().latentNames().get(0);
  }

  private void give(Kind kind, String id, Map<String, String> fields) throws IOException {
    Map<String, String> all = with(with(fields, "by", BY), "reason", "to measure");
    control.write(id, new ControlCommandParser(kind, all, name -> name).command(id, Instant.now()));
    given++;
  }

  private static Map<String, String> with(Map<String, String> fields, String name, String value) {
    Map<String, String> all = new HashMap<>(fields);
    all.put(name, value);
    return all;
  }

  private static Author author() {
    return new Author(BY, "to measure", Instant.now());
  }

  int given() {
    return given;
  }

  int swaps() {
    return swaps;
  }
}
