package dev.residua.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.residua.dataset.DetailPictures;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.ImportHint;
import dev.residua.dataset.Npy;
import dev.residua.dataset.PictureSurvey;
import dev.residua.decoding.SampleRange;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.testing.Frames;
import dev.residua.training.TrainingSettings;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetImportTest {
  private static final ImageShape SHAPE = new ImageShape(8, 8, 3);

  @TempDir Path dir;
  private Path images;
  private Path out;

  @BeforeEach
  void folders() throws IOException {
    images = Files.createDirectory(dir.resolve("images"));
    out = dir.resolve("set");
  }

  private DatasetImport.Result run(Path from, Path labels) throws IOException {
    return run(from.toString(), labels, null);
  }

  private DatasetImport.Result run(String from, Path labels, List<String> factors)
      throws IOException {
    return run(from, labels, factors, RangeChoice.FULL);
  }

  private DatasetImport.Result run(
      String from, Path labels, List<String> factors, RangeChoice range) throws IOException {
    return new DatasetImport(
            new ImportSettings(
                FrameLimits.DEFAULTS,
                SHAPE,
                null,
                false,
                FrameGeometry.WHOLE,
                null,
                factors,
                range,
                TimeColumns.NONE))
        .run(from, labels, out, d -> {});
  }

  @Test
  void shouldReadARegionAndStoreItsMask() throws IOException {
    Files.write(images.resolve("a.png"), level(40));
    FrameGeometry geometry =
        new FrameGeometry(
            FrameGeometry.Region.parse("0.5,0,0.5,1"),
            0,
            FrameGeometry.parseMask("0,0 0.3,0 0.3,1 0,1"),
            FrameGeometry.Aspect.LETTERBOX);
    Path sheet = dir.resolve("sheet.png");
    DatasetImport.Result result =
        new DatasetImport(
                new ImportSettings(
                    FrameLimits.DEFAULTS,
                    SHAPE,
                    null,
                    false,
                    geometry,
                    sheet,
                    null,
                    RangeChoice.FULL,
                    TimeColumns.NONE))
            .run(images.toString(), null, out, d -> {});
    FrameDataset set = FrameDataset.open(out);
    // Half of 8 columns are bars of the letterbox, two of the others touch the mask
    assertThat(result.masked()).isEqualTo(6 / 8.0);
    assertThat(set.mask().count()).isEqualTo(6 * 8);
    assertThat(set.mask().covers(3)).isTrue();
    assertThat(set.mask().covers(4)).isFalse();
    assertThat(set.read(0, 1)[0] & 0xFF).isEqualTo(128);
    assertThat(set.read(0, 1)[4 * 3] & 0xFF).isEqualTo(40);
    assertThat(set.sha256()).isEqualTo(result.sha256());
    assertThat(javax.imageio.ImageIO.read(sheet.toFile()).getWidth()).isPositive();
  }

  @Test
  void shouldKeepDetailPicturesOfTheSameRegion() throws IOException {
    // Given a picture whose right half is 40, but 200 in its lowest quarter
    byte[] picture = new byte[64 * 64];
    for (int i = 0; i < picture.length; i++) {
      picture[i] = (byte) (i % 64 < 32 ? 90 : i / 64 < 48 ? 40 : 200);
    }
    Path array = dir.resolve("pictures.npy");
    Npy.write(array, picture, 1, 64, 64);
    FrameGeometry right =
        new FrameGeometry(
            FrameGeometry.Region.parse("0.5,0,0.5,1"),
            0,
            FrameGeometry.parseMask("0,0 0.45,0 0.45,0.48 0,0.48"),
            FrameGeometry.Aspect.STRETCH);
    // When
    new DatasetImport(
            new ImportSettings(
                FrameLimits.DEFAULTS,
                SHAPE,
                new ImageShape(16, 32, 1),
                false,
                right,
                null,
                null,
                RangeChoice.FULL,
                TimeColumns.NONE))
        .run(array.toString(), null, out, d -> {});
    // Then
    DetailPictures details = java.util.Objects.requireNonNull(FrameDataset.open(out).details());
    byte[] read = new byte[16 * 32];
    details.read(0, read, 0);
    assertThat(details.shape()).isEqualTo(new ImageShape(16, 32, 1));
    assertThat(details.mask().count()).isEqualTo(8 * 16);
    assertThat(read[0] & 0xFF).isEqualTo(128); // masked
    assertThat(read[23 * 16 + 15] & 0xFF).isEqualTo(40);
    assertThat(read[24 * 16] & 0xFF).isEqualTo(200);
  }

  @Test
  void shouldKeepNoDetailPicturesUnlessTheyAreAskedFor() throws IOException {
    Files.write(images.resolve("a.png"), level(40));
    run(images.toString(), null, null);
    assertThat(FrameDataset.open(out).details()).isNull();
  }

  /** A PNG of 8x8 pixels of one gray level. */
  private static byte[] level(int level) {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64; i++) {
      image.setRGB(i % 8, i / 8, level << 16 | level << 8 | level);
    }
    return Frames.png(image);
  }

  private static int firstByte(FrameDataset set, int frame) {
    return set.read(frame, 1)[0] & 0xFF;
  }

  @Test
  void shouldImportAFolderInTheOrderOfNames() throws IOException {
    // Given
    Files.write(images.resolve("b.PNG"), level(20));
    Files.write(images.resolve("a.png"), level(10));
    Files.write(images.resolve("c.jpeg"), Frames.jpeg(30, 20));
    Files.write(
        images.resolve("d.bmp"), Frames.bmp(Frames.noise(8, 8, BufferedImage.TYPE_INT_RGB)));
    Files.write(
        images.resolve("e.tiff"), Frames.tiff(Frames.noise(8, 8, BufferedImage.TYPE_INT_RGB)));
    Files.write(images.resolve("f.webp"), Frames.webp());
    Files.writeString(images.resolve("readme.txt"), "not an image");

    // When
    DatasetImport.Result result = run(images, null);

    // Then
    FrameDataset set = FrameDataset.open(out);
    assertThat(result.frames()).isEqualTo(6);
    assertThat(set.read(3, 1)).isEqualTo(set.read(4, 1));
    assertThat(result.leftOut().text()).isEqualTo("1 .txt");
    assertThat(result.labelled()).isZero();
    assertThat(result.folders()).isEmpty();
    assertThat(firstByte(set, 0)).isEqualTo(10);
    assertThat(firstByte(set, 1)).isEqualTo(20);
    assertThat(set.labels().text(2, "file")).isEqualTo("c.jpeg");
    assertThat(set.factors()).isEmpty();
    assertThat(set.sha256()).isEqualTo(result.sha256());
  }

  @Test
  void shouldKeepPicturesThatTheLabelsDoNotList() throws IOException {
    // Given twelve pictures, of which the labels list two
    for (int i = 1; i <= 12; i++) {
      Files.write(images.resolve("img" + i + ".png"), level(10 * i));
    }
    Path labels =
        Files.writeString(
            dir.resolve("labels.csv"), "speed,file,kind\n2.5,img10.png,fast\n,img2.png,slow\n");

    // When
    DatasetImport.Result result = run(images, labels);

    // Then they are in natural order, each with its own labels or none
    FrameDataset set = FrameDataset.open(out);
    assertThat(set.size()).isEqualTo(12);
    for (int i = 0; i < 12; i++) {
      assertThat(firstByte(set, i)).isEqualTo(10 * (i + 1));
      assertThat(set.labels().text(i, "file")).isEqualTo("img" + (i + 1) + ".png");
      assertThat(set.labels().text(i, "speed")).isEqualTo(i == 9 ? "2.5" : null);
      assertThat(set.labels().text(i, "kind")).isEqualTo(i == 9 ? "fast" : i == 1 ? "slow" : null);
    }
    assertThat(set.factors()).containsExactly("speed");
    assertThat(result.labelled()).isEqualTo(2);
    assertThat(result.labelKind()).isEqualTo("CSV");
    assertThat(result.otherColumns()).containsExactly("kind");
  }

  @Test
  void shouldImportFoldersOfAnyDepthAndKeepTheFolder() throws IOException {
    // Given
    Path deep = Files.createDirectories(images.resolve("open/2026/day10"));
    Files.write(deep.resolve("1.png"), level(30));
    Files.write(
        Files.createDirectories(images.resolve("open/2026/day2")).resolve("1.png"), level(20));
    Files.write(Files.createDirectories(images.resolve("closed")).resolve("7.png"), level(10));
    Files.write(Files.createDirectories(images.resolve(".cache")).resolve("7.png"), level(99));
    Files.write(images.resolve("top.png"), level(40));

    // When
    DatasetImport.Result result = run(images, null);

    // Then
    FrameDataset set = FrameDataset.open(out);
    assertThat(set.size()).isEqualTo(4);
    assertThat(set.labels().columns()).containsExactly("file", "folder");
    assertThat(firstByte(set, 0)).isEqualTo(10);
    assertThat(firstByte(set, 1)).isEqualTo(20);
    assertThat(firstByte(set, 2)).isEqualTo(30);
    assertThat(firstByte(set, 3)).isEqualTo(40);
    assertThat(set.labels().text(0, "folder")).isEqualTo("closed");
    assertThat(set.labels().text(1, "folder")).isEqualTo("open/2026/day2");
    assertThat(set.labels().text(3, "folder")).isNull();
    assertThat(set.factors()).isEmpty();
    assertThat(result.folders())
        .containsExactly(
            Map.entry("", 1),
            Map.entry("closed", 1),
            Map.entry("open/2026/day2", 1),
            Map.entry("open/2026/day10", 1));
  }

  @Test
  void shouldFollowLinksToTheFolderAndToPictures() throws IOException {
    // Given a link to the folder, in it a link to a picture, and a link back to the folder
    Files.write(images.resolve("a.png"), level(10));
    Path elsewhere = Files.write(dir.resolve("elsewhere.png"), level(20));
    Files.createSymbolicLink(images.resolve("b.png"), elsewhere);
    Files.createSymbolicLink(images.resolve("again"), images);
    Path link = Files.createSymbolicLink(dir.resolve("link"), images);

    // When
    DatasetImport.Result result = run(link, null);

    // Then
    FrameDataset set = FrameDataset.open(out);
    assertThat(result.frames()).isEqualTo(2);
    assertThat(result.leftOut().total()).isEqualTo(1);
    assertThat(firstByte(set, 1)).isEqualTo(20);
  }

  @Test
  void shouldNotMakeALabelOfTheOnlyFolder() throws IOException {
    // Given
    Files.write(Files.createDirectory(images.resolve("png")).resolve("1.png"), level(10));
    Files.write(images.resolve("png/2.png"), level(20));

    // When
    DatasetImport.Result result = run(images, null);

    // Then
    assertThat(FrameDataset.open(out).labels().columns()).containsExactly("file");
    assertThat(result.folders()).isEmpty();
  }

  @Test
  void shouldKeepAFolderColumnOfTheLabels() throws IOException {
    // Given
    Files.write(Files.createDirectory(images.resolve("a")).resolve("1.png"), level(10));
    Files.write(Files.createDirectory(images.resolve("b")).resolve("1.png"), level(20));
    Path labels =
        Files.writeString(dir.resolve("labels.csv"), "file,folder\nb/1.png,5\na/1.png,6\n");

    // When
    run(images, labels);

    // Then
    FrameDataset set = FrameDataset.open(out);
    assertThat(set.labels().columns()).containsExactly("file", "folder");
    assertThat(set.labels().value(0, "folder")).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a/x.png", "./a/x.png", "a\\x.png", "images/a/x.png", "x.png", " a/x.png "})
  void shouldFindAPictureByEachUsualName(String name) throws IOException {
    // Given
    Files.write(Files.createDirectory(images.resolve("a")).resolve("x.png"), level(10));
    Files.write(images.resolve("y.png"), level(20));
    Path labels =
        Files.writeString(dir.resolve("labels.csv"), "file,speed\n%s,3\n".formatted(name));

    // When
    run(images, labels);

    // Then
    FrameDataset set = FrameDataset.open(out);
    assertThat(set.labels().text(0, "file")).isEqualTo("a/x.png");
    assertThat(set.labels().value(0, "speed")).isEqualTo(3);
    assertThat(set.labels().value(1, "speed")).isNaN();
  }

  @Test
  void shouldRefuseRowsThatNameNoPictureOrOneTwice() throws IOException {
    // Given
    Files.write(Files.createDirectory(images.resolve("a")).resolve("x.png"), level(10));
    Files.write(Files.createDirectory(images.resolve("b")).resolve("x.png"), level(20));

    // When, Then
    assertThatThrownBy(() -> run(images, labels("file\nx.png\n")))
        .hasMessageContaining("row 1 names x.png, which lies in several folders");
    assertThatThrownBy(() -> run(images, labels("file\na/x.png\nb/x.png\n./a/x.png\n")))
        .hasMessageContaining("rows 1 and 3 both name ./a/x.png; keep one of them");
    assertThatThrownBy(() -> run(images, labels("file,v\na/x.png,1\n,2\n")))
        .hasMessageContaining("row 2: the cell of column 'file' is empty");
    assertThatThrownBy(() -> run(images, labels("filename,v\na/x.png,1\n")))
        .hasMessageContaining("has 1 rows but")
        .hasMessageContaining("if the column 'filename' names the pictures, rename it to 'file'");
    assertThat(out).doesNotExist();
  }

  private Path labels(String text) throws IOException {
    return Files.writeString(dir.resolve("labels.csv"), text);
  }

  @Test
  void shouldListMissingPicturesUpToABound() throws IOException {
    // Given
    Files.write(images.resolve("a.png"), level(10));
    StringBuilder text = new StringBuilder("file\na.png\n");
    for (int i = 0; i < 25; i++) {
      text.append("no").append(i).append(".png\n");
    }

    // When, Then
    assertThatThrownBy(() -> run(images, labels(text.toString())))
        .hasMessageContaining("names 25 pictures that " + images + " does not have")
        .hasMessageContaining("such as a.png:")
        .hasMessageContaining("row 2: no0.png")
        .hasMessageContaining("row 21: no19.png")
        .hasMessageNotContaining("no20.png")
        .hasMessageContaining("and 5 more");
    assertThat(out).doesNotExist();
  }

  @Test
  void shouldTreatUsualNamesOfColumnsAsOrdinary() throws IOException {
    // Given columns that are not factors, one that counts the rows, and two that are factors
    for (int i = 0; i < 5; i++) {
      Files.write(images.resolve(i + ".png"), level(10 * i));
    }
    Path labels =
        labels(
            "frame,changed,anomaly,event,residua.event\n"
                + "7,0,0,1,\n8,0.5,0,1,\n9,0,1,1,dark\n10,0,0,2,\n11,0,0,1,\n");

    // When
    DatasetImport.Result chosen = run(images, labels);
    FrameDataset set = FrameDataset.open(out);
    out = dir.resolve("second");
    DatasetImport.Result wanted = run(images.toString(), labels, List.of("frame", "changed"));

    // Then
    assertThat(chosen.factors()).containsExactly("changed", "anomaly", "event");
    assertThat(chosen.counters()).containsExactly("frame");
    assertThat(set.factors()).containsExactly("changed", "anomaly", "event");
    assertThat(set.labels().value(4, "frame")).isEqualTo(11);
    assertThat(wanted.factors()).containsExactly("frame", "changed");
    assertThat(wanted.counters()).isEmpty();
    assertThat(wanted.otherColumns()).containsExactly("anomaly", "event");
    assertThat(FrameDataset.open(out).factors()).containsExactly("frame", "changed");
  }

  @Test
  void shouldRecogniseCountersOfSomeFramesToo() throws IOException {
    // Given labels of some pictures: one column counts the pictures, one the rows, two neither
    for (int i = 0; i < 8; i++) {
      Files.write(images.resolve(i + ".png"), level(10 * i));
    }
    Path labels =
        labels("file,index,id,level,half\n6.png,6,0,1,0.5\n0.png,0,1,3,1.5\n3.png,3,2,4,2.5\n");

    // When
    DatasetImport.Result result = run(images, labels);

    // Then
    assertThat(result.counters()).containsExactly("index", "id");
    assertThat(result.factors()).containsExactly("level", "half");
  }

  @Test
  void shouldRefuseWrongFactorsAndReservedNames() throws IOException {
    // Given
    Files.write(images.resolve("a.png"), level(10));
    Path labels = labels("speed,colour,nothing,residua.event\n1,red,,\n");

    // When, Then
    assertThatThrownBy(() -> run(images.toString(), labels, List.of("sped")))
        .hasMessage(
            "the labels have no column 'sped', only [speed, colour, nothing, residua.event]");
    assertThatThrownBy(() -> run(images.toString(), labels, List.of("nothing")))
        .hasMessageContaining("column 'nothing' holds nothing, a factor holds numbers or names");
    assertThatThrownBy(() -> run(images.toString(), labels, List.of("residua.event")))
        .hasMessageContaining("column 'residua.event' is reserved");
    assertThatThrownBy(() -> run(images.toString(), null, List.of("speed")))
        .hasMessageContaining("give the labels too");
    assertThatThrownBy(() -> run(images, labels("speed,residua.helt\n1,\n")))
        .hasMessageContaining(
            "column 'residua.helt': names that begin with 'residua.' are reserved");
    assertThat(out).doesNotExist();
  }

  @Test
  void shouldImportTheLabelsOfEachKindOfFile() throws IOException {
    // Given
    Files.write(images.resolve("1.png"), level(10));
    Files.write(images.resolve("2.png"), level(20));
    Path semicolons = Files.writeString(dir.resolve("a.csv"), "file;ball\n2.png;1,25\n");
    Path lines =
        Files.writeString(dir.resolve("a.jsonl"), "{\"file\": \"2.png\", \"ball\": 1.25}\n");

    // When
    DatasetImport.Result first = run(images, semicolons);
    FrameDataset one = FrameDataset.open(out);
    out = dir.resolve("second");
    DatasetImport.Result second = run(images, lines);
    FrameDataset other = FrameDataset.open(out);

    // Then
    assertThat(first.decimalCommas()).containsExactly("ball");
    assertThat(first.labelKind()).isEqualTo("CSV with semicolons");
    assertThat(second.labelKind()).isEqualTo("JSON");
    assertThat(one.labels().value(1, "ball")).isEqualTo(1.25);
    assertThat(other.labels().value(1, "ball")).isEqualTo(1.25);
    assertThat(one.sha256()).isEqualTo(other.sha256());
  }

  @Test
  void shouldImportAListInItsOrder() throws IOException {
    // Given
    Files.write(images.resolve("a.png"), level(10));
    Files.write(images.resolve("b.png"), level(20));
    Path elsewhere = Files.createDirectories(dir.resolve("lists"));
    Path list =
        Files.writeString(
            elsewhere.resolve("pictures.txt"), "# morning\n../images/b.png\n\n..\\images\\a.png\n");

    // When
    run(list.toString(), labels("file,v\nimages/a.png,4\n"), null);

    // Then
    FrameDataset set = FrameDataset.open(out);
    assertThat(firstByte(set, 0)).isEqualTo(20);
    assertThat(firstByte(set, 1)).isEqualTo(10);
    assertThat(set.labels().value(1, "v")).isEqualTo(4);
  }

  @Test
  void shouldSayWhichLinesOfAListAreWrong() throws IOException {
    // Given
    Files.write(images.resolve("a.png"), level(10));
    Path list = images.resolve("pictures.txt");

    // When, Then
    Files.writeString(list, "a.png\nno.png\na.png\nalso no.png\n");
    assertThatThrownBy(() -> run(list, null))
        .hasMessageContaining("has 3 lines that name no picture")
        .hasMessageContaining("line 2: no.png does not exist")
        .hasMessageContaining("line 3: a.png is there twice");
    Files.writeString(list, "# nothing\n");
    assertThatThrownBy(() -> run(list, null))
        .hasMessageContaining("is empty, expected one path of a picture per line");
  }

  @Test
  void shouldHelpWithInputsOfOtherKinds() throws IOException {
    // Given
    Path clip = Files.write(dir.resolve("clip.mp4"), new byte[] {0, 0, 0, 24, 'f', 't', 'y', 'p'});
    Path picture = Files.write(images.resolve("a.png"), level(10));
    Path archive = Files.write(dir.resolve("a.tar.gz"), new byte[] {31});
    Path table = Files.writeString(dir.resolve("labels.csv"), "a\n");
    Path unknown = Files.writeString(dir.resolve("a.bin"), "text");

    // When, Then
    assertThatThrownBy(() -> run(clip, null))
        .hasMessageContaining(
            "clip.mp4 is a video; say how often to take a picture, such as --every 0.5s");
    assertThatThrownBy(() -> run("rtsp://cam/1", null, null))
        .hasMessageContaining("rtsp://cam/1 is a video stream, which import does not read")
        .hasMessageContaining(
            "ffmpeg -rtsp_transport tcp -i rtsp://cam/1 -t 600 -vf fps=2 frames/%05d.png");
    assertThatThrownBy(() -> run("RTSPS://cam/1?a=1&b=2", null, null))
        .hasMessageContaining("-rtsp_transport tcp -i 'RTSPS://cam/1?a=1&b=2' -t 600");
    assertThatThrownBy(() -> run("https://store/clip.mp4", null, null))
        .hasMessageContaining("is a video stream");
    assertThatThrownBy(() -> run("https://store/pictures/", null, null))
        .hasMessageContaining("Download the pictures first");
    assertThatThrownBy(() -> run("file:///data/pictures", null, null))
        .hasMessageContaining("give the path alone: /data/pictures");
    assertThatThrownBy(() -> run("img/*.png", null, null))
        .hasMessageContaining("make a list with: ls img/*.png >pictures.txt");
    assertThatThrownBy(() -> run(picture, null))
        .hasMessageContaining("is one picture; give the folder of all pictures, such as " + images);
    assertThatThrownBy(() -> run(archive, null)).hasMessageContaining("unpack it");
    assertThatThrownBy(() -> run(table, null)).hasMessageContaining("with --labels");
    assertThatThrownBy(() -> run(unknown, null))
        .hasMessageContaining("is of an unknown kind, expected a folder of pictures");
    assertThat(out).doesNotExist();
  }

  @Test
  void shouldSayWhatAFolderWithoutPicturesHolds() throws IOException {
    // Given
    Files.writeString(images.resolve("notes.txt"), "x");

    // When, Then
    assertThatThrownBy(() -> run(images, null))
        .hasMessageContaining("has no picture, in no folder of it either; found 1 .txt")
        .hasMessageContaining("expected files ending in .png");
    Files.writeString(images.resolve("a.HEIC"), "x");
    assertThatThrownBy(() -> run(images, null)).hasMessageContaining("magick mogrify -format png");
    Files.writeString(images.resolve("clip.mov"), "x");
    assertThatThrownBy(() -> run(images, null)).hasMessageContaining("ffmpeg -i clip.mp4");
  }

  @Test
  void shouldNameEveryBadImageAndLeaveNothing() throws IOException {
    // Given
    Files.write(images.resolve("a.png"), level(10));
    Files.write(images.resolve("cut.png"), Frames.truncatedPng());
    Files.write(images.resolve("huge.png"), Frames.bombHeader());
    Files.write(images.resolve("text.jpg"), Frames.text());
    Files.write(images.resolve("empty.png"), new byte[0]);

    // When
    UnreadableImagesException refused =
        catchThrowableOfType(UnreadableImagesException.class, () -> run(images, null));

    // Then
    assertThat(refused.images()).hasSize(4);
    assertThat(refused)
        .hasMessageStartingWith("4 of 5 images cannot be imported; repair or remove them:")
        .hasMessageContaining("cut.png: the PNG is cut short")
        .hasMessageContaining("huge.png: the PNG is 65,000x65,000 pixels")
        .hasMessageContaining("text.jpg: the file is no PNG, JPEG, WebP, BMP or TIFF")
        .hasMessageContaining("empty.png: the frame has no bytes");
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).containsExactly(images);
    }
  }

  @Test
  void shouldNameImagesOfTheLabelsThatAreMissing() throws IOException {
    // Given
    Files.write(images.resolve("a.png"), level(10));
    Path labels = Files.writeString(dir.resolve("labels.csv"), "file\na.png\nb.png\nc.png\n");

    // When, Then
    assertThatThrownBy(() -> run(images, labels))
        .hasMessageContaining("row 2: b.png")
        .hasMessageContaining("row 3: c.png");
    assertThat(out).doesNotExist();
  }

  @Test
  void shouldImportArraysOfGrayColourAndAlpha() throws IOException {
    // Given
    byte[] gray = new byte[2 * 8 * 8];
    Arrays.fill(gray, 64, 128, (byte) 200);
    Path grayFile = dir.resolve("gray.npy");
    Npy.write(grayFile, gray, 2, 8, 8);
    byte[] rgba = new byte[8 * 8 * 4];
    Path rgbaFile = dir.resolve("rgba.npy");
    Npy.write(rgbaFile, rgba, 1, 8, 8, 4);

    // When
    run(grayFile, Files.writeString(dir.resolve("labels.csv"), "x\n1\n2\n"));
    FrameDataset set = FrameDataset.open(out);
    out = dir.resolve("second");
    run(rgbaFile, null);
    FrameDataset transparent = FrameDataset.open(out);

    // Then
    assertThat(firstByte(set, 0)).isEqualTo(0);
    assertThat(firstByte(set, 1)).isEqualTo(200);
    assertThat(set.factors()).containsExactly("x");
    assertThat(firstByte(transparent, 0)).isEqualTo(255);
    assertThat(transparent.labels().columns()).isEmpty();
  }

  @Test
  void shouldExplainAMismatch() throws IOException {
    // Given
    Path floats = dir.resolve("floats.npy");
    Npy.write(floats, new float[64], 1, 8, 8);
    Path two = dir.resolve("two.npy");
    Npy.write(two, new byte[128], 1, 8, 8, 2);
    Path gray = dir.resolve("gray.npy");
    Npy.write(gray, new byte[128], 2, 8, 8);
    Path labels = Files.writeString(dir.resolve("labels.csv"), "x\n1\n");

    // When, Then
    assertThatThrownBy(() -> run(floats, null)).hasMessageContaining("float32 of shape [1, 8, 8]");
    assertThatThrownBy(() -> run(two, null)).hasMessageContaining("1, 3 or 4 channels");
    assertThatThrownBy(() -> run(gray, labels))
        .hasMessageContaining("has 1 rows but")
        .hasMessageContaining("2 images");
    assertThatThrownBy(() -> run(images, null)).hasMessageContaining("has no picture");
    assertThatThrownBy(() -> run(dir.resolve("nowhere"), null))
        .hasMessageContaining("does not exist, expected a folder of pictures, a list of pictures");
    assertThat(out).doesNotExist();
  }

  private static byte[] deep(IntUnaryOperator sample) {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_USHORT_GRAY);
    for (int i = 0; i < 64; i++) {
      image.getRaster().setSample(i % 8, i / 8, 0, sample.applyAsInt(i));
    }
    return Frames.png(image);
  }

  @Test
  void shouldUseTheRangeOfDeepPictures() throws IOException {
    // Given pictures of a camera of 12 bits, whose samples are multiples of 64 up to 4032
    Files.write(images.resolve("a.png"), deep(i -> 64 * i));
    Files.write(images.resolve("b.png"), deep(i -> 64 * (63 - i)));

    // When
    DatasetImport.Result unstated = run(images, null);
    FrameDataset dark = FrameDataset.open(out);
    out = dir.resolve("stated");
    DatasetImport.Result stated = run(images.toString(), null, null, RangeChoice.parse("0..4095"));
    FrameDataset bright = FrameDataset.open(out);
    out = dir.resolve("auto");
    DatasetImport.Result automatic = run(images.toString(), null, null, RangeChoice.parse("auto"));
    FrameDataset found = FrameDataset.open(out);

    // Then
    assertThat(unstated.range()).isNull();
    assertThat(unstated.advice().get(0))
        .isEqualTo(
            new ImportHint(
                ImportHint.Kind.DARK_RANGE,
                "no sample of 2 pictures with 16 bits is above 4,032 (12 bits), so they use 17 of 256"
                    + " grey levels. Import again with --range 0..4095 or --range auto"));
    assertThat(firstByte(dark, 1)).isEqualTo(16);
    assertThat(firstByte(bright, 1)).isEqualTo(251);
    assertThat(stated.range()).isEqualTo(new SampleRange(0, 4_095));
    assertThat(stated.advice()).noneMatch(a -> a.kind() == ImportHint.Kind.DARK_RANGE);
    assertThat(automatic.range()).isEqualTo(new SampleRange(0, 4_032));
    assertThat(firstByte(found, 1)).isEqualTo(255);
    assertThat(Files.readString(out.resolve("dataset.json"))).contains("\"range\" : \"0..4032\"");
  }

  @Test
  void shouldRefuseARangeWithoutDeepPictures() throws IOException {
    // Given
    Files.write(images.resolve("a.png"), level(10));

    // When, Then
    assertThatThrownBy(() -> run(images.toString(), null, null, RangeChoice.parse("auto")))
        .hasMessageContaining("none of 1 pictures")
        .hasMessageContaining("leave --range out");
    assertThatThrownBy(() -> RangeChoice.parse("0..4096.."))
        .hasMessageContaining("a range of samples is LOW..HIGH");
    assertThat(out).doesNotExist();
  }

  @Test
  void shouldAdviseOnFramesLabelsAndTheOrderOfFolders() throws IOException {
    // Given ten pictures in two folders, of which the later one trains nothing
    Files.createDirectories(images.resolve("a"));
    Files.createDirectories(images.resolve("b"));
    for (int i = 0; i < 10; i++) {
      Files.write(images.resolve((i < 8 ? "a/" : "b/") + i + ".png"), level(40 + 10 * i));
    }

    // When
    DatasetImport.Result result = run(images, labels("file,v\na/0.png,1\n"));

    // Then
    assertThat(result.advice())
        .extracting(ImportHint::kind)
        .contains(
            ImportHint.Kind.FEW_FRAMES,
            ImportHint.Kind.FEW_LABELS,
            ImportHint.Kind.IN_FOLDER_ORDER);
    assertThat(result.advice().get(result.advice().size() - 1).sentence())
        .contains("train learns from the first 70 %: it never sees b. Unless the folders follow");
  }

  @Test
  void shouldAssumeTheShareThatTrains() {
    assertThat(PictureSurvey.TRAIN_SHARE).isEqualTo(TrainingSettings.DEFAULTS.trainShare());
  }
}
