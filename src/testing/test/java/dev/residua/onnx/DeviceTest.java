package dev.residua.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import dev.residua.frame.ImageShape;
import org.junit.jupiter.api.Test;

class DeviceTest {
  @Test
  void shouldFillAGpuWithSmallPicturesAndBoundItsMemoryWithLargeOnes() {
    assertThat(Device.CUDA.batchFrames(new ImageShape(64, 64, 3))).isEqualTo(1024);
    assertThat(Device.CUDA.batchFrames(new ImageShape(256, 256, 1))).isEqualTo(64);
    assertThat(Device.CUDA.batchFrames(new ImageShape(1024, 1024, 3))).isEqualTo(32);
    assertThat(Device.PROCESSOR.batchFrames(new ImageShape(64, 64, 3))).isEqualTo(32);
  }

  @Test
  void shouldGiveTheCauseWithoutPlacesInTheSourcesOfTheLibrary() {
    // Given a message of ONNX Runtime 1.29.0
    OrtException failure =
        new OrtException(
            OrtException.OrtErrorCode.ORT_RUNTIME_EXCEPTION,
            "/onnxruntime_src/core/session/provider_bridge_ort.cc:1 Provider& ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library\nlibonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory");
    // When
    RuntimeException gpu = Device.CUDA.failure(failure);
    RuntimeException network = Device.PROCESSOR.failure(new OrtException("bad\nnode"));
    // Then
    assertThat(gpu)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the GPU cannot be used, which needs NVIDIA's driver, CUDA 12 and cuDNN 9: Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory");
    assertThat(network)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ONNX Runtime does not run this network: bad node");
  }
}
