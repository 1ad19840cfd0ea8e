package dev.residua.dl4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import onnx.Onnx;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;

/** Scorers that were trained and then spoilt. */
public final class PerturbedScorers {
  private PerturbedScorers() {}

  /**
   * The same network with every weight of encoder and decoder multiplied by {@code 1 + share N}.
   *
   * @param scorer bytes of {@code scorer.onnx}
   */
  public static byte[] of(byte[] scorer, double share, long seed) {
    Onnx.ModelProto.Builder model;
    try {
      model = Onnx.ModelProto.parseFrom(scorer).toBuilder();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not an ONNX model", e);
    }
    Random random = new Random(seed);
    int changed = 0;
    for (Onnx.TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
      if (tensor.getName().startsWith("enc") || tensor.getName().startsWith("dec")) {
        ByteBuffer in = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer out = ByteBuffer.allocate(in.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
          out.putFloat((float) (in.getFloat() * (1 + share * random.nextGaussian())));
        }
        tensor.setRawData(ByteString.copyFrom(out.array()));
        changed++;
      }
    }
    if (changed == 0) {
      throw new IllegalArgumentException("the scorer has no weights of encoder or decoder");
    }
    return model.build().toByteArray();
  }
}
