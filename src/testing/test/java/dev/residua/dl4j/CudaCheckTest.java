package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.dl4j.CudaCheck.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CudaCheckTest {
  private static final String A100 = "NVIDIA A100-SXM4-40GB, 8.0, 40960 MiB, 40536 MiB, 525.105.17";
  private static final String L4 = "NVIDIA L4, 8.9, 23034 MiB, 22565 MiB, 550.54.15";
  private static final String T4 = "Tesla T4, 7.5, 15360 MiB, 14923 MiB, 470.182.03";
  private static final String H100 = "NVIDIA H100 80GB HBM3, 9.0, 81559 MiB, 81008 MiB, 550.54.15";

  private static Optional<String> decide(String output) {
    return CudaCheck.decide(new Answer(true, true, 0, output), true);
  }

  @ParameterizedTest
  @ValueSource(strings = {A100, L4, T4, A100 + "\n" + A100 + "\r\n", "  " + T4 + "\n\n"})
  void shouldAcceptGpusThatTheBackendHasCodeFor(String output) {
    assertThat(decide(output)).isEmpty();
  }

  /** Machine code is for 3.7, 5.0, 5.2, 6.0, 6.1, 7.0, 7.5, 8.0, 8.6. */
  @ParameterizedTest
  @CsvSource({
    "35, false", "37, true", "50, true", "53, true", "61, true", "70, true", "72, true",
    "75, true", "80, true", "86, true", "89, true", "90, false", "100, false", "120, false"
  })
  void shouldKnowBinaryCompatibility(int capability, boolean runs) {
    assertThat(CudaCheck.runsOn(capability)).isEqualTo(runs);
  }

  @Test
  void shouldNameAGpuThatIsTooNewAndSayWhatToUseInstead() {
    assertThat(decide(H100))
        .hasValueSatisfying(
            said ->
                assertThat(said)
                    .contains("NVIDIA H100 80GB HBM3 (compute capability 9.0)")
                    .contains("none to compile at run time")
                    .contains("use an older GPU such as a T4, A100 or L4")
                    .endsWith("use --backend cpu"));
    assertThat(decide("NVIDIA B200, 10.0, 183359 MiB, 182000 MiB, 570.86.15"))
        .hasValueSatisfying(said -> assertThat(said).contains("compute capability 10.0"));
  }

  @Test
  void shouldNameAGpuThatIsTooOld() {
    assertThat(decide("Tesla K40m, 3.5, 11441 MiB, 11000 MiB, 470.82.01"))
        .hasValueSatisfying(said -> assertThat(said).contains("3.5").contains("use a newer GPU"));
  }

  @Test
  void shouldSayWhichGpuToUseWhereOnlySomeWork() {
    assertThat(decide(H100 + "\n" + A100))
        .hasValueSatisfying(
            said ->
                assertThat(said)
                    .contains("NVIDIA H100")
                    .contains("--gpus device=1")
                    .contains("--backend cpu"));
  }

  @Test
  void shouldAskForFreeMemory() {
    assertThat(decide("Tesla T4, 7.5, 15360 MiB, 900 MiB, 470.182.03"))
        .hasValue(
            "Tesla T4 (compute capability 7.5) has 900 MiB of its 15360 MiB free, training needs"
                + " 2048; use --backend cpu");
    assertThat(decide("NVIDIA A100, 8.0, [N/A], [N/A], 525.105.17")).isEmpty();
  }

  @Test
  void shouldRefuseDriversBeforeCuda11() {
    assertThat(decide("Tesla T4, 7.5, 15079 MiB, 15000 MiB, 440.33.01"))
        .hasValueSatisfying(said -> assertThat(said).contains("440.33.01 is too old"));
    assertThat(decide("Tesla T4, 7.5, 15079 MiB, 15000 MiB, 450.80.02")).isEmpty();
  }

  @Test
  void shouldRefuseAGpuOfUnknownCapability() {
    assertThat(decide("GRID V100D-8Q, [N/A], 8192 MiB, 7600 MiB, 510.47.03"))
        .hasValueSatisfying(
            said -> assertThat(said).contains("does not say its compute capability"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello",
        "Tesla T4, 7.5",
        "Tesla T4, seven, 15360 MiB, 15000 MiB, 470.1",
        "Tesla T4, 7.5, 15360, 15000, 470.1",
        "name, compute_cap, memory.total [MiB], memory.free [MiB], driver_version"
      })
  void shouldQuoteAnAnswerThatItDoesNotUnderstand(String output) {
    assertThat(decide(output))
        .hasValueSatisfying(
            said ->
                assertThat(said)
                    .startsWith("nvidia-smi answered '" + output + "'")
                    .endsWith("; use --backend cpu"));
  }

  @Test
  void shouldSayThatThereIsNoDriverOrNoGpu() {
    assertThat(CudaCheck.decide(new Answer(false, true, -1, ""), true))
        .hasValue("there is no NVIDIA driver here: nvidia-smi was not found; use --backend cpu");
    assertThat(CudaCheck.decide(new Answer(true, false, -1, ""), true))
        .hasValueSatisfying(said -> assertThat(said).contains("did not answer within 10 s"));
    assertThat(
            CudaCheck.decide(
                new Answer(
                    true,
                    true,
                    9,
                    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA"
                        + " driver.\nMake sure that the latest NVIDIA driver is installed."),
                true))
        .hasValueSatisfying(
            said -> assertThat(said).contains("couldn't communicate").doesNotContain("latest"));
    assertThat(
            CudaCheck.decide(
                new Answer(true, true, 2, "Field \"compute_cap\" is not a valid field to query."),
                true))
        .hasValueSatisfying(said -> assertThat(said).contains("not a valid field"));
    assertThat(decide("No devices were found"))
        .hasValueSatisfying(said -> assertThat(said).contains("no GPU"));
    assertThat(decide("")).isPresent();
  }

  @Test
  void shouldSayHowToBuildWithTheBackendOnceTheGpuIsGood() {
    assertThat(CudaCheck.decide(new Answer(true, true, 0, L4), false))
        .hasValueSatisfying(
            said ->
                assertThat(said)
                    .startsWith("NVIDIA L4 (compute capability 8.9)")
                    .contains("./mvnw -Pcuda")
                    .contains("--backend cpu"));
  }

  @Test
  void shouldAskACommandWithinATimeLimit() {
    assertThat(CudaCheck.ask(List.of("residua-no-such-command"), Duration.ofSeconds(5)).found())
        .isFalse();
    assertThat(
            CudaCheck.ask(
                List.of("sh", "-c", "echo one; echo two >&2; exit 3"), Duration.ofSeconds(5)))
        .isEqualTo(new Answer(true, true, 3, "one\ntwo"));
    assertThat(CudaCheck.ask(List.of("sleep", "30"), Duration.ofMillis(50)).finished()).isFalse();
  }
}
