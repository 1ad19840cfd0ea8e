package dev.residua.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.FrameTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImportTimesTest {
  @TempDir Path dir;

  private DatasetImport.Result run(@Nullable String labels, String... names) throws IOException {
    return PictureImport.run(dir, TimeColumns.NONE, labels, names);
  }

  private String stored() throws IOException {
    return Files.readString(dir.resolve("set/labels.csv"));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-30T22-19-07.123Z.png,       2026-11-30T22:19:07.123Z",
    "2026-11-30T22:19:07.png,            2026-11-30T22:19:07Z",
    "cam1 2026-11-30T22:19:07+01:30.png, 2026-11-30T20:49:07Z",
    "IMG_20261130_221907.jpg,            2026-11-30T22:19:07Z",
    "PXL_20261130_221907045.MP.jpg,      2026-11-30T22:19:07.045Z",
    "20260314-101530.250000.jpg,         2026-03-14T10:15:30.250Z",
    "20261130221907.png,                 2026-11-30T22:19:07Z",
    "2026_11_30 22.19.07.5.png,          2026-11-30T22:19:07.5Z",
    "20251231/20261130_221907_0004.jpg,  2026-11-30T22:19:07Z",
    "1999-12-31_23-59-59-0001.png,       1999-12-31T23:59:59Z"
  })
  void shouldReadTheTimeInAName(String name, Instant time) {
    assertThat(ImportTimes.ofName(name)).hasValue(time.toEpochMilli() / 1e3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "img_000017.png",
        "20261330_221907.png",
        "20261130_241907.png",
        "2026-11-30.png",
        "2026-1130_221907.png",
        "120261130_221907.png",
        "20261130_2219070123456789.png",
        "20261130_221907/1.png",
        "image 20261130"
      })
  void shouldFindNoTimeInOtherNames(String name) {
    assertThat(ImportTimes.ofName(name)).isEmpty();
  }

  @Test
  void shouldStoreTheTimesOfNames() throws IOException {
    // When
    DatasetImport.Result result =
        run(
            null,
            "20260314-101530.250000.png",
            "20260314-101530.750000.png",
            "20260314-101531.250000.png");

    // Then
    assertThat(stored())
        .isEqualTo(
            """
            file,residua.time
            20260314-101530.250000.png,1773483330.25
            20260314-101530.750000.png,1773483330.75
            20260314-101531.250000.png,1773483331.25
            """);
    FrameTimes times = FrameDataset.open(dir.resolve("set")).times();
    assertThat(times).isEqualTo(result.times());
    assertThat(times.sentence())
        .isEqualTo("frames are a sequence: 3 frames, one every 0.5 s, 1 run");
    assertThat(result.withTime()).isEqualTo(3);
  }

  @Test
  void shouldUseNoTimeIfOnlySomeNamesHaveOne() throws IOException {
    // When
    DatasetImport.Result result = run(null, "20261130_221907.png", "20261130_221908.png", "x.png");

    // Then
    assertThat(stored()).isEqualTo("file\n20261130_221907.png\n20261130_221908.png\nx.png\n");
    assertThat(result.times()).isSameAs(FrameTimes.NONE);
    assertThat(result.withTime()).isEqualTo(2);
  }

  @Test
  void shouldImportFramesWithoutTimesAsBefore() throws IOException {
    // When
    DatasetImport.Result result = run("file,x\nb/2.png,1\n", "a/1.png", "b/2.png");

    // Then
    assertThat(stored()).isEqualTo("file,folder,x\na/1.png,a,\nb/2.png,b,1\n");
    assertThat(Files.readString(dir.resolve("set/dataset.json")))
        .isEqualTo(
            """
            {
              "formatVersion" : 1,
              "name" : "set",
              "frames" : 2,
              "width" : 8,
              "height" : 8,
              "channels" : 1,
              "factors" : [ "x" ],
              "origin" : {
                "importedFrom" : "%s",
                "labels" : "%s"
              },
              "sha256" : "%s"
            }
            """
                .formatted(dir.resolve("images"), dir.resolve("labels.csv"), result.sha256()));
    assertThat(result.times().isEmpty()).isTrue();
    assertThat(result.withTime()).isZero();
  }

  @Test
  void shouldPreferTheTimesOfTheLabels() throws IOException {
    // Given seconds, with a decimal comma, and times of day in another zone
    String[] names = {"20261130_221907.png", "20261130_221908.png"};

    // When
    run("file;x;residua.time\n20261130_221908.png;2;7,25\n20261130_221907.png;1;6,5\n", names);
    String seconds = stored();
    run("x,residua.time\n1,2026-11-30 23:19:07.5+01:00\n2,2026-11-30T22:19:08Z\n", names);

    // Then
    assertThat(seconds)
        .isEqualTo("file,x,residua.time\n20261130_221907.png,1,6.5\n20261130_221908.png,2,7.25\n");
    assertThat(stored())
        .isEqualTo(
            "file,x,residua.time\n20261130_221907.png,1,1796077147.5\n20261130_221908.png,2,1796077148\n");
    assertThat(FrameDataset.open(dir.resolve("set")).factors()).containsExactly("x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "file,residua.time/a.png,1/ | no time for b.png",
        "residua.time,x/1,1/,2/ | no time for b.png",
        "residua.time/1/noon/ | 'noon' for b.png",
        "residua.time/Infinity/2/ | 'Infinity' for a.png",
        "residua.time/2026-13-30T22:19:07Z/2/ | '2026-13-30T22:19:07Z' for a.png",
        "residua.time/at 2026-11-30T22:19:07Z/2/ | 'at 2026-11-30T22:19:07Z' for a.png"
      })
  void shouldNameTheImageWhoseTimeIsMissing(String labels, String fault) {
    assertThatThrownBy(() -> run(labels.replace('/', '\n'), "a.png", "b.png"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "column 'residua.time' of the labels has %s, expected seconds such as 12.5 or a time such as 2026-11-30T22:19:07.123Z; give every image its time, or remove the column"
                .formatted(fault));
    assertThat(dir.resolve("set")).doesNotExist();
  }
}
