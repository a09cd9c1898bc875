package qubes.karaf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * What Karaf brings itself, by its own features files.
 *
 * @param framework what runs in every Karaf
 * @param components what its feature {@code scr} may install: Declarative Services, and what goes
 *     with it where other features are
 */
record KarafOwn(List<Artifact> framework, List<Artifact> components) {
    // Karaf's shell is Gogo, inside its own bundle
    private static final String SHELL = "org.apache.felix.gogo.";

    /** Reads the features files {@code framework} and {@code standard} of a release. */
    static KarafOwn read(Path framework, Path standard) throws IOException {
        return new KarafOwn(bundles(framework, ""), bundles(standard, "scr"));
    }

    /** True of a bundle that has its place taken by one of Karaf's own, of whatever version. */
    boolean replaces(Artifact artifact) {
        return artifact.name().startsWith(SHELL)
                || List.of(framework, components).stream()
                        .flatMap(List::stream)
                        .anyMatch(
                                own ->
                                        own.group().equals(artifact.group())
                                                && own.name().equals(artifact.name()));
    }

    private static List<Artifact> bundles(Path file, String only) throws IOException {
        List<Artifact> found = new ArrayList<>();
        NodeList features = parse(file).getElementsByTagName("feature");
        for (int i = 0; i < features.getLength(); i++) {
            Element feature = (Element) features.item(i);
            if (only.isEmpty() || only.equals(feature.getAttribute("name"))) {
                NodeList bundles = feature.getElementsByTagName("bundle");
                for (int j = 0; j < bundles.getLength(); j++) {
                    found.add(Artifact.of(bundles.item(j).getTextContent().strip()));
                }
            }
        }
        if (found.isEmpty()) {
            throw new IOException("No bundles of feature '" + only + "' in " + file);
        }
        return List.copyOf(found);
    }

    private static Document parse(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }
}
