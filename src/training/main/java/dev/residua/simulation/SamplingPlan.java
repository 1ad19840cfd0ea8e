package dev.residua.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Selects the frames of a set that are varied on purpose: blocks of commissioning, in which one
 * caused factor is decoupled from its causes, blocks of pairs, in which every second frame differs
 * from its predecessor in one exogenous variable, and blocks of held pairs, in which two frames
 * share only the value of one factor. Blocks of each kind are spread evenly; the rest follows the
 * scenario. Immutable.
 */
final class SamplingPlan {
  private static final int MAX_BLOCK_FRAMES = 50;
  private static final int MIN_BLOCKS = 40;

  static final SamplingPlan NOMINAL = new SamplingPlan(1, 2, new Block[] {Block.NOMINAL});

  private enum Block {
    NOMINAL,
    COMMISSIONING,
    PAIRS,
    HOLDS
  }

  private final int count;
  private final int blockFrames;
  private final Block[] blocks;

  private SamplingPlan(int count, int blockFrames, Block[] blocks) {
    this.count = count;
    this.blockFrames = blockFrames;
    this.blocks = blocks;
  }

  /**
   * A plan for a set of {@code count} frames. Shares are kept to within half a block, which has 50
   * frames, or fewer in sets of less than 2,000.
   *
   * @param commissioning share of the frames, in [0, 0.5]
   * @param pairs share of the frames, in [0, 0.5]
   * @param holds share of the frames, in [0, 0.5]
   */
  static SamplingPlan of(int count, double commissioning, double pairs, double holds) {
    int frames = Math.max(2, Math.min(MAX_BLOCK_FRAMES, count / MIN_BLOCKS / 2 * 2));
    int n = (count + frames - 1) / frames;
    int commissioned = (int) Math.round(commissioning * n);
    int paired = (int) Math.min(n - commissioned, Math.round(pairs * n));
    int held = (int) Math.min(n - commissioned - paired, Math.round(holds * n));
    Block[] blocks = new Block[n];
    int others = 0;
    int unpaired = 0;
    for (int b = 0; b < n; b++) {
      if (DatasetGenerator.isLabelled(b, commissioned, n)) {
        blocks[b] = Block.COMMISSIONING;
      } else if (DatasetGenerator.isLabelled(others++, paired, n - commissioned)) {
        blocks[b] = Block.PAIRS;
      } else {
        boolean hold = DatasetGenerator.isLabelled(unpaired++, held, n - commissioned - paired);
        blocks[b] = hold ? Block.HOLDS : Block.NOMINAL;
      }
    }
    return new SamplingPlan(count, frames, blocks);
  }

  /** Returns true if a frame repeats its predecessor except for one exogenous variable. */
  boolean isSecondOfPair(long index) {
    return isIn(Block.PAIRS, index) && index % blockFrames % 2 == 1;
  }

  /** Returns true if a frame and the next one are a held pair. */
  boolean isFirstHeld(long index) {
    return isIn(Block.HOLDS, index) && index % blockFrames % 2 == 0 && index + 1 < count;
  }

  private boolean isIn(Block kind, long index) {
    int block = (int) Math.min(index / blockFrames, blocks.length - 1);
    return index < count && blocks[block] == kind;
  }

  /**
   * The scenario with the plan's commissioning as events, one per block, the caused factors in
   * turn.
   *
   * @throws IllegalArgumentException if it has events of its own, or the scene is dynamic or has no
   *     caused factor
   */
  Scenario commissioned(Scenario scenario) {
    if (isNominal()) {
      return scenario;
    }
    if (!scenario.events().isEmpty()) {
      throw new IllegalArgumentException(
          "commissioning, pairs and holds need a scenario without events but it has "
              + scenario.events().size());
    }
    SimulatedScene scene = scenario.scene();
    if (scene.isDynamic()) {
      throw new IllegalArgumentException(
          "commissioning, pairs and holds need independent frames but those of %s are a sequence"
              .formatted(scene.name()));
    }
    int[] caused = scene.caused();
    List<ScenarioEvent> events = new ArrayList<>();
    for (int b = 0; b < blocks.length; b++) {
      if (blocks[b] == Block.COMMISSIONING) {
        if (caused.length == 0) {
          throw new IllegalArgumentException(
              "commissioning needs caused factors, %s has none".formatted(scene.name()));
        }
        int at = b * blockFrames;
        events.add(
            new ScenarioEvent(
                ScenarioEvent.Kind.COMMISSIONING,
                scene.factors().get(caused[events.size() % caused.length]),
                at,
                Math.min(blockFrames, count - at),
                0,
                ScenarioEvent.DEFAULT_RATE));
      }
    }
    return new Scenario(
        scene,
        scenario.noise(),
        scenario.framesPerSecond(),
        scenario.seed(),
        scenario.autocorrelation(),
        Integer.MAX_VALUE,
        events);
  }

  private boolean isNominal() {
    return Arrays.stream(blocks).allMatch(block -> block == Block.NOMINAL);
  }
}
