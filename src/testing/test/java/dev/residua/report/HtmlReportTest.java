package dev.residua.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import dev.residua.model.ModelFinding;
import dev.residua.report.ModelReport.PictureRow;
import dev.residua.report.ModelReport.Table;
import dev.residua.training.ModelVerdicts.Grade;
import dev.residua.training.ModelVerdicts.Verdict;
import dev.residua.training.TrainingLosses;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class HtmlReportTest {
  private static final String NASTY = "a <b> \"c\" & 'd'";
  private static final CausalGraph GRAPH =
      new CausalGraph(
          List.of(NASTY, "light", "shadow"),
          new boolean[][] {{false, false, true}, {false, false, true}, new boolean[3]},
          new double[][] {{0, 0, 0.75}, {0, 0, 1}, new double[3]});

  private static ModelReport report(Map<String, double[]> pValues) {
    return new ModelReport(
        NASTY,
        List.of(
            new Verdict(ModelFinding.Aspect.NAMES, Grade.GOOD, NASTY, null),
            new Verdict(ModelFinding.Aspect.INDEPENDENCE, Grade.BAD, NASTY, NASTY)),
        Map.of("data", NASTY),
        List.of(NASTY),
        List.of(new Table(NASTY, NASTY, List.of("x", NASTY), List.of(List.of("1", NASTY)))),
        List.of(new TrainingLosses(1, 1, 0, 0, 0, 1, 0, 0, 0)),
        GRAPH,
        NASTY,
        new double[][] {{0, 1, 2}, {1, 0, -1}},
        pValues,
        List.of(new PictureRow(NASTY, NASTY, List.of(new byte[6], new byte[6]))),
        new ImageShape(2, 1, 3));
  }

  private static Document parse(String page) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(page)));
  }

  @Test
  void shouldBeWellFormedWhateverTheNamesAre() throws Exception {
    // When
    Document page = parse(HtmlReport.render(report(Map.of("all", new double[] {0.5, 1}))));
    // Then
    assertThat(page.getElementsByTagName("title").item(0).getTextContent()).isEqualTo(NASTY);
    assertThat(page.getElementsByTagName("b").getLength()).isZero();
    assertThat(page.getElementsByTagName("p").item(0).getTextContent()).isEqualTo(NASTY);
    assertThat(page.getElementsByTagName("td").item(0).getTextContent()).isEqualTo(NASTY);
  }

  @Test
  void shouldFitThePageToTheScreenThatShowsIt() {
    assertThat(HtmlReport.render(report(Map.of())))
        .contains("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
  }

  @Test
  void shouldHoldEveryChartAndRowOfPicturesOnce() throws Exception {
    // When
    Document with = parse(HtmlReport.render(report(Map.of("all", new double[] {0.5, 1}))));
    Document without = parse(HtmlReport.render(report(Map.of())));
    // Then losses, a residual a latent, two of p-values and one row of pictures
    assertThat(with.getElementsByTagName("img").getLength()).isEqualTo(1 + 3 + 2 + 1);
    assertThat(without.getElementsByTagName("img").getLength()).isEqualTo(1 + 3 + 1);
    for (int i = 0; i < with.getElementsByTagName("img").getLength(); i++) {
      String source = ((Element) with.getElementsByTagName("img").item(i)).getAttribute("src");
      byte[] png = Base64.getDecoder().decode(source.substring(source.indexOf(',') + 1));
      assertThat(ImageIO.read(new ByteArrayInputStream(png))).isNotNull();
    }
  }

  @Test
  void shouldDrawOneLineAnEdgeWithItsConfidence() throws Exception {
    // When
    Document svg = parse(HtmlReport.graph(GRAPH));
    // Then
    assertThat(svg.getElementsByTagName("line").getLength()).isEqualTo(2);
    assertThat(svg.getElementsByTagName("ellipse").getLength()).isEqualTo(3);
    assertThat(svg.getDocumentElement().getTextContent())
        .contains("0.75")
        .contains("1.00")
        .contains(NASTY);
    assertThat(
            parse(HtmlReport.graph(CausalGraph.empty(List.of("z0"))))
                .getElementsByTagName("line")
                .getLength())
        .isZero();
  }

  @Test
  void shouldPutPicturesSideBySide() throws Exception {
    // Given a red and a blue pixel above a grey frame
    byte[] colour = {(byte) 255, 0, 0, 0, 0, (byte) 255};
    byte[] grey = {7, 9};
    // When
    BufferedImage strip = read(HtmlReport.strip(List.of(colour, colour), new ImageShape(2, 1, 3)));
    BufferedImage gray = read(HtmlReport.strip(List.of(grey), new ImageShape(1, 2, 1)));
    // Then
    assertThat(strip.getWidth()).isEqualTo(8);
    assertThat(strip.getHeight()).isEqualTo(1);
    assertThat(strip.getRGB(4, 0) & 0xffffff).isEqualTo(0xff0000);
    assertThat(strip.getRGB(5, 0) & 0xffffff).isEqualTo(0x0000ff);
    assertThat(strip.getRGB(3, 0) & 0xffffff).isEqualTo(0xffffff);
    assertThat(gray.getRGB(0, 1) & 0xffffff).isEqualTo(0x090909);
  }

  private static BufferedImage read(byte[] png) throws Exception {
    return ImageIO.read(new ByteArrayInputStream(png));
  }
}
