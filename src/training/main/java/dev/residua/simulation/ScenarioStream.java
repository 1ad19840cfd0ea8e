package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Variables;
import dev.residua.dataset.FrameDataset;
import dev.residua.frame.ImageShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Plays a scenario frame by frame, endlessly: after the last frame of the script its events start
 * again while the random draws continue. The same scenario gives the same frames. Events and pairs
 * do not affect the draws of other frames: two scenarios that differ only in events have the same
 * nominal frames, but for the states that an event in a dynamic scene leaves behind. A dynamic
 * scene begins after {@value FactorHistory#BURN_IN} nominal frames. For one thread.
 */
public final class ScenarioStream {
  private final Scenario scenario;
  private final SimulatedScene scene;
  private final CausalGraph graph;
  private final ImageShape shape;
  private final SimulationDistribution distribution;
  private final SamplingPlan plan;
  private final PortableRandom nominal;
  private final PortableRandom events;
  private final PortableRandom redrawn;
  private final PortableRandom afresh;
  private final double[] scores;
  private final byte[] lastPicture;
  private final List<Integer> exogenous;
  private final FactorHistory history;
  private double[] hidden;
  private double[] drawn;
  private long index;
  private int pairs;
  private @Nullable Hold hold;
  private int holds;

  /** A factor with a fixed value, independent of its causes. */
  private record Hold(int node, double value) {}

  public ScenarioStream(Scenario scenario, ImageShape shape) {
    this(scenario, shape, SamplingPlan.NOMINAL);
  }

  ScenarioStream(Scenario scenario, ImageShape shape, SamplingPlan plan) {
    this.scenario = scenario;
    this.plan = plan;
    this.scene = scenario.scene();
    this.graph = scene.graph();
    this.shape = shape;
    this.distribution = new SimulationDistribution(scenario);
    this.nominal = new PortableRandom(scenario.seed());
    this.events = new PortableRandom(~scenario.seed());
    this.redrawn = new PortableRandom(Long.rotateLeft(~scenario.seed(), 32));
    this.afresh = new PortableRandom(Long.rotateLeft(~scenario.seed(), 16));
    this.scores = new double[scene.hidden().size() + graph.size()];
    this.hidden = new double[scene.hidden().size()];
    this.drawn = new double[graph.size()];
    this.exogenous = new ArrayList<>();
    for (int node = 0; node < graph.size(); node++) {
      if (graph.isRoot(node) || distribution.noiseDeviation(node) > 0) {
        exogenous.add(node);
      }
    }
    this.lastPicture = new byte[shape.size()];
    int later = 0;
    for (ScenarioEvent event : scenario.events()) {
      later = Math.max(later, later(event));
    }
    this.history = new FactorHistory(scene, later);
    if (scene.isDynamic()) {
      for (int i = 0; i < FactorHistory.BURN_IN; i++) {
        drawExogenous();
        history.add(states(null, 0, 1));
      }
    }
  }

  public Scenario scenario() {
    return scenario;
  }

  public ImageShape shape() {
    return shape;
  }

  /**
   * Draws the next frame.
   *
   * @param into receives unsigned bytes, {@code [height][width][channels]}
   * @param offset index in {@code into} of the first byte
   * @return the truth about the frame
   */
  public SimulatedFrame next(byte[] into, int offset) {
    SimulatedFrame frame = nextFacts();
    ScenarioEvent.Kind kind = frame.event() == null ? null : frame.event().event().kind();
    if (kind == ScenarioEvent.Kind.FROZEN_CAMERA && frame.index() > 0) {
      System.arraycopy(lastPicture, 0, into, offset, lastPicture.length);
      return frame;
    }
    scene.draw(frame.factors(), frame.hidden(), into, offset, shape);
    if (frame.event() != null) {
      CameraEffect.apply(frame.event().event(), frame.index(), shape, into, offset);
    }
    System.arraycopy(into, offset, lastPicture, 0, lastPicture.length);
    return frame;
  }

  /** Samples the next frame's factors without its picture. */
  SimulatedFrame nextFacts() {
    long t = index % scenario.frames();
    @Nullable ScenarioEvent active = null;
    int number = 0;
    List<ScenarioEvent> script = scenario.events();
    for (int i = 0; i < script.size(); i++) {
      if (t >= script.get(i).at() && t < script.get(i).end()) {
        active = script.get(i);
        number = i;
      }
    }
    // Every frame uses these draws, so that an event never shifts those of a later one.
    double ownDraw = events.gaussian();
    boolean hit = events.uniform() < (active == null ? 0 : active.rate());
    double sign = events.uniform() < 0.5 ? -1 : 1;
    if (active != null && active.kind() == ScenarioEvent.Kind.SPARSE_ANOMALIES && !hit) {
      active = null;
    }
    String changed = drawExogenous();
    Hold now = hold;
    double[] states = states(active, ownDraw, sign);
    double[] factors = shown(states, active);
    double[] noise = new double[factors.length];
    for (int node : scene.caused()) {
      double[] causes = history.causes(node, states, 0);
      double expected =
          history.carried(node, history.previous(node)) + scene.mechanism(node, causes);
      noise[node] = (factors[node] - expected) / scene.noiseScale(node, causes);
    }
    history.add(states);
    SimulatedFrame.ActiveEvent event =
        active == null
            ? null
            : new SimulatedFrame.ActiveEvent(
                "p%de%d".formatted(index / scenario.frames() + 1, number + 1),
                active,
                index - t + active.at());
    return new SimulatedFrame(
        index++,
        factors,
        noise,
        hidden,
        event,
        changed,
        now == null ? null : graph.name(now.node()));
  }

  /** States of all nodes in the next frame, from its draws and the history. */
  private double[] states(@Nullable ScenarioEvent active, double ownDraw, double sign) {
    int touched =
        active == null || active.node() == null ? -1 : graph.names().indexOf(active.node());
    Hold now = hold;
    double[] states = new double[graph.size()];
    for (int node = 0; node < states.length; node++) {
      ScenarioEvent here = node == touched ? active : null;
      if (now != null && now.node() == node) {
        states[node] = now.value();
      } else if (graph.isRoot(node)) {
        states[node] = root(node, here, ownDraw, sign);
      } else {
        double[] causes = history.causes(node, states, here == null ? 0 : later(here));
        double[] seen = here == null ? causes : seen(here, causes);
        states[node] =
            caused(
                node,
                scene.mechanism(node, seen),
                scene.noiseScale(node, seen),
                here,
                ownDraw,
                sign);
      }
    }
    return states;
  }

  /** Values as drawn: the states, but for an offset in a dynamic scene. */
  private double[] shown(double[] states, @Nullable ScenarioEvent active) {
    if (!scene.isDynamic()) {
      return states;
    }
    double[] shown = states.clone();
    if (active != null && active.kind() == ScenarioEvent.Kind.OFFSET) {
      int node = graph.names().indexOf(active.node());
      shown[node] = scene.clip(node, states[node] + active.size() * distribution.unit(node));
    }
    return shown;
  }

  /** Frames by which an event delays the causes of its node. */
  private static int later(ScenarioEvent event) {
    return event.kind() == ScenarioEvent.Kind.DELAY_CHANGE ? (int) event.size() : 0;
  }

  /**
   * Draws hidden variables, root values and noises of the next frame into {@link #hidden} and
   * {@link #drawn}. The second frame of a pair keeps those of the first but for one, whose name is
   * returned; its own draws are taken too, so that later frames do not depend on the plan. Nor do
   * they on held pairs, whose frames are drawn from a stream of their own.
   */
  private @Nullable String drawExogenous() {
    boolean pair = plan.isSecondOfPair(index);
    double[] newHidden = new double[hidden.length];
    double[] newDrawn = new double[drawn.length];
    for (int i = 0; i < newHidden.length; i++) {
      newHidden[i] = distribution.hiddenAt(i, tied(i, nominal.gaussian()));
    }
    for (int node = 0; node < newDrawn.length; node++) {
      double draw = nominal.gaussian();
      newDrawn[node] =
          graph.isRoot(node)
              ? distribution.rootAt(node, tied(newHidden.length + node, draw), newHidden)
              : distribution.noiseAt(node, draw);
    }
    if (!pair) {
      hidden = newHidden;
      drawn = newDrawn;
      drawHeld();
      return null;
    }
    hold = null;
    int node = exogenous.get(pairs++ % exogenous.size());
    double before = drawn[node];
    hidden = hidden.clone();
    drawn = drawn.clone();
    while (drawn[node] == before) {
      double draw = redrawn.gaussian();
      drawn[node] =
          graph.isRoot(node)
              ? distribution.rootAt(node, draw, hidden)
              : distribution.noiseAt(node, draw);
    }
    return graph.name(node);
  }

  /**
   * Both frames of a held pair get draws of their own, untied to one another and to other frames;
   * what they share is the value that the factor, each in turn, has in a third, nominal frame.
   */
  private void drawHeld() {
    if (plan.isFirstHeld(index)) {
      drawAfresh();
      int node = holds++ % graph.size();
      hold = new Hold(node, nominalValue(node));
      drawAfresh();
    } else if (index > 0 && plan.isFirstHeld(index - 1)) {
      drawAfresh();
    } else {
      hold = null;
    }
  }

  private void drawAfresh() {
    hidden = new double[hidden.length];
    drawn = new double[drawn.length];
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] = distribution.hiddenAt(i, afresh.gaussian());
    }
    for (int node = 0; node < drawn.length; node++) {
      double draw = afresh.gaussian();
      drawn[node] =
          graph.isRoot(node)
              ? distribution.rootAt(node, draw, hidden)
              : distribution.noiseAt(node, draw);
    }
  }

  /** The value of a node under the current draws without any event. */
  private double nominalValue(int node) {
    double[] values = new double[graph.size()];
    for (int i = 0; i <= node; i++) {
      values[i] =
          graph.isRoot(i)
              ? drawn[i]
              : caused(
                  i, scene.mechanism(i, values), scene.noiseScale(i, values), null, Double.NaN, 1);
    }
    return values[node];
  }

  /** Correlates a draw with that of the previous frame. */
  private double tied(int i, double draw) {
    double rho = scenario.autocorrelation();
    scores[i] = index == 0 ? draw : rho * scores[i] + Math.sqrt(1 - rho * rho) * draw;
    return scores[i];
  }

  private double root(int node, @Nullable ScenarioEvent event, double ownDraw, double sign) {
    double previous = history.previous(node);
    double value = history.carried(node, previous) + drawn[node];
    if (event == null) {
      return scene.isDynamic() ? scene.clip(node, value) : value;
    }
    double step = event.size() * distribution.unit(node);
    double moved =
        switch (event.kind()) {
          case SINGLE_SHOCK -> value + step;
          case OFFSET -> scene.isDynamic() ? value : value + step;
          case SPARSE_ANOMALIES -> value + sign * step;
          case HARD_INTERVENTION -> distribution.mean(node) + step;
          case STOCHASTIC_INTERVENTION -> distribution.mean(node) + step * ownDraw;
          case COVARIATE_DRIFT ->
              scene.isDynamic()
                  ? step + history.carried(node, previous - step) + drawn[node]
                  : distribution.rootAt(node, scores[hidden.length + node] + event.size(), hidden);
          case MECHANISM_CHANGE,
              LEAK,
              DELAY_CHANGE,
              RESPONSE_CHANGE,
              EDGE_CHANGE,
              NOISE_CHANGE,
              COMMISSIONING,
              BRIGHTNESS,
              FROZEN_CAMERA,
              DARK,
              SATURATED,
              BLURRED,
              TORN ->
              value;
        };
    return scene.clip(node, moved);
  }

  /** Values of the causes as the equation reads them during an event. */
  private double[] seen(ScenarioEvent event, double[] factors) {
    if (event.kind() != ScenarioEvent.Kind.EDGE_CHANGE) {
      return factors;
    }
    int cause = graph.names().indexOf(event.cause());
    double[] seen = factors.clone();
    seen[cause] =
        distribution.mean(cause) + event.size() * (factors[cause] - distribution.mean(cause));
    return seen;
  }

  private double caused(
      int node,
      double explained,
      double scale,
      @Nullable ScenarioEvent event,
      double ownDraw,
      double sign) {
    double previous = history.previous(node);
    double expected = history.carried(node, previous) + explained;
    double noise = scale * drawn[node];
    if (event == null) {
      return scene.clip(node, expected + noise);
    }
    double step = event.size() * distribution.unit(node);
    double value =
        switch (event.kind()) {
          case SINGLE_SHOCK -> expected + noise + step;
          case OFFSET -> scene.isDynamic() ? expected + noise : expected + noise + step;
          case SPARSE_ANOMALIES -> expected + noise + sign * step;
          case HARD_INTERVENTION -> distribution.mean(node) + step;
          case STOCHASTIC_INTERVENTION -> distribution.mean(node) + step * ownDraw;
          case MECHANISM_CHANGE ->
              expected
                  + step
                      * (explained - distribution.meanExplained(node))
                      / distribution.sdExplained(node)
                  + noise;
          case COMMISSIONING -> distribution.inRange(node, PortableRandom.normalCdf(ownDraw));
          case NOISE_CHANGE -> expected + event.size() * noise;
          case LEAK -> expected - event.size() * distribution.meanExplained(node) + noise;
          case RESPONSE_CHANGE -> previous + event.size() * (expected - previous) + noise;
          case EDGE_CHANGE,
              DELAY_CHANGE,
              COVARIATE_DRIFT,
              BRIGHTNESS,
              FROZEN_CAMERA,
              DARK,
              SATURATED,
              BLURRED,
              TORN ->
              expected + noise;
        };
    return scene.clip(node, value);
  }

  /**
   * Columns of {@code labels.csv} for the frames of a scene.
   *
   * @param pairs whether there is a column for the change in a pair
   * @param holds whether there is a column for the held factor of a pair
   */
  static List<String> columns(SimulatedScene scene, boolean pairs, boolean holds) {
    List<String> columns = new ArrayList<>();
    for (String factor : scene.factors()) {
      columns.add(scene.variables().contains(factor) ? Variables.PREFIX + factor : factor);
    }
    for (int node : scene.caused()) {
      columns.add(FrameDataset.NOISE_PREFIX + scene.factors().get(node));
    }
    columns.addAll(scene.hidden());
    columns.addAll(EVENT_COLUMNS);
    if (pairs) {
      columns.add(FrameDataset.CHANGED_COLUMN);
    }
    if (holds) {
      columns.add(FrameDataset.HELD_COLUMN);
    }
    return columns;
  }

  static final List<String> EVENT_COLUMNS =
      List.of(
          FrameDataset.EVENT_COLUMN,
          FrameDataset.EVENT_NODE_COLUMN,
          FrameDataset.EVENT_ID_COLUMN,
          FrameDataset.EVENT_START_COLUMN);

  /**
   * The row of {@code labels.csv} for a frame; unknown factors stay empty, variables are known.
   *
   * @param columns of the table, see {@link #columns}
   */
  static List<@Nullable String> cells(
      SimulatedScene scene, SimulatedFrame frame, boolean labelled, List<String> columns) {
    int[] caused = scene.caused();
    int d = scene.factors().size();
    @Nullable String[] cells = new String[columns.size()];
    for (int node = 0; node < d; node++) {
      boolean known = labelled || scene.variables().contains(scene.factors().get(node));
      cells[node] = known ? Double.toString(frame.factors()[node]) : null;
    }
    for (int i = 0; i < caused.length; i++) {
      cells[d + i] = Double.toString(frame.noise()[caused[i]]);
    }
    int at = d + caused.length;
    for (double value : frame.hidden()) {
      cells[at++] = Double.toString(value);
    }
    SimulatedFrame.ActiveEvent event = frame.event();
    if (event != null) {
      cells[at] = event.event().kind().label();
      cells[at + 1] = event.event().node();
      cells[at + 2] = event.id();
      cells[at + 3] = Long.toString(event.start());
    }
    if (columns.contains(FrameDataset.CHANGED_COLUMN)) {
      cells[columns.indexOf(FrameDataset.CHANGED_COLUMN)] = frame.changed();
    }
    if (columns.contains(FrameDataset.HELD_COLUMN)) {
      cells[columns.indexOf(FrameDataset.HELD_COLUMN)] = frame.held();
    }
    return Arrays.asList(cells);
  }
}
