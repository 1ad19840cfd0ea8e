package dev.residua.testing;

import dev.residua.monitor.CommissioningStage;
import dev.residua.monitor.CommissioningState;
import dev.residua.monitor.SourceMonitorState;
import dev.residua.state.MonitorStates;
import dev.residua.state.StateBlocks;
import dev.residua.state.StateBlocks.Channel;
import dev.residua.state.StateBlocks.Slot;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The state of a monitor as bytes, with the blocks of its learning frames in memory. */
public final class StoredStates {
  private final byte[] bytes;
  private final Map<List<Object>, byte[]> blocks;

  private StoredStates(byte[] bytes, Map<List<Object>, byte[]> blocks) {
    this.bytes = bytes;
    this.blocks = blocks;
  }

  public static StoredStates of(SourceMonitorState state) {
    Map<Slot, CommissioningState> learned = new EnumMap<>(Slot.class);
    CommissioningStage.State stage = state.commissioning();
    if (stage.own() != null) {
      learned.put(Slot.PRESENT, stage.own());
    }
    if (stage.before() != null) {
      learned.put(Slot.BEFORE, stage.before().commissioning());
    }
    if (stage.challenger() != null) {
      learned.put(Slot.CHALLENGER, stage.challenger().commissioning());
    }
    Map<List<Object>, byte[]> blocks = new HashMap<>();
    learned.forEach((slot, learnt) -> put(slot, learnt, blocks));
    return new StoredStates(MonitorStates.encode(state), blocks);
  }

  private static void put(Slot slot, CommissioningState learned, Map<List<Object>, byte[]> blocks) {
    for (int i = 0; i < learned.contexts().size(); i++) {
      CommissioningState.Context context = learned.contexts().get(i);
      for (int block = 0; block < context.residuals().window().blocks(); block++) {
        blocks.put(
            List.of(slot, i, Channel.RESIDUALS, block), context.residuals().window().block(block));
      }
      for (int block = 0; block < context.picture().window().blocks(); block++) {
        blocks.put(
            List.of(slot, i, Channel.PICTURE, block), context.picture().window().block(block));
      }
      if (context.distribution() != null) {
        blocks.put(List.of(slot, i, Channel.LAW, 0), context.distribution().toBytes());
      }
    }
  }

  /** Reads the state back. */
  public SourceMonitorState read() {
    StateBlocks stored =
        (slot, context, channel, block) -> blocks.get(List.of(slot, context, channel, block));
    return MonitorStates.decode(bytes, stored);
  }
}
