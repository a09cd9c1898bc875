package qubes.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * What authors of bundles are given has no parent pom that would keep its versions in step with the
 * workspace's: these tests do.
 */
class AuthorVersionsTest {
    private static final XPath XPATH = XPathFactory.newInstance().newXPath();
    private static final String MANAGED = "/project/dependencyManagement/dependencies/dependency";
    private static final String PROJECT =
            "qubes.archetype/src/main/resources/archetype-resources/pom.xml";

    private static Document root;
    private static Map<String, String> house;
    private static Map<String, String> bom;

    @BeforeAll
    static void read() throws Exception {
        root = pom("pom.xml");
        house = versions(root, MANAGED);
        bom = versions(pom("qubes.bom/pom.xml"), MANAGED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qubes.bom/pom.xml", "qubes.archetype/pom.xml"})
    @DisplayName("its version is the workspace's")
    void versionIsTheWorkspaces(String pom) throws Exception {
        assertEquals(text(root, "/project/version"), text(pom(pom), "/project/version"));
    }

    @Test
    @DisplayName("getting started names the workspace's version")
    void gettingStartedNamesTheVersion() throws Exception {
        String page = Files.readString(Modules.root().resolve("docs/extending/getting-started.md"));
        String named = "-DarchetypeVersion=" + text(root, "/project/version") + " ";
        assertTrue(page.contains(named), () -> "there is no " + named);
    }

    @Test
    @DisplayName("the BOM has the contracts, what tests need, and all that every bundle here has")
    void bomHasWhatEveryBundleHas() throws Exception {
        List<String> needed =
                new ArrayList<>(
                        List.of(
                                "org.qubes:qubes.core",
                                "org.qubes:qubes.kit",
                                "org.qubes:qubes.testkit"));
        versions(root, "/project/dependencies/dependency[scope='provided']")
                .forEach((name, version) -> needed.add(name));
        assertEquals(List.of(), needed.stream().filter(name -> !bom.containsKey(name)).toList());
    }

    @Test
    @DisplayName("versions of the BOM are those that the workspace is built with")
    void bomHasTheVersionsOfTheHouse() {
        Map<String, String> expected = new TreeMap<>(bom);
        expected.replaceAll((name, version) -> house.getOrDefault(name, "none"));
        // it is made of the others, and so is none that a module here depends on
        expected.put("org.qubes:qubes.kit", house.getOrDefault("org.qubes:qubes.core", "none"));
        assertEquals(expected, bom);
    }

    @Test
    @DisplayName("a new project is built with the plugins of the workspace")
    void newProjectHasThePluginsOfTheHouse() throws Exception {
        Map<String, String> plugins =
                versions(root, "/project/build/pluginManagement/plugins/plugin");
        Map<String, String> used = versions(pom(PROJECT), "/project/build/plugins/plugin");
        Map<String, String> expected = new TreeMap<>(used);
        expected.replaceAll((name, version) -> plugins.getOrDefault(name, "none"));
        assertEquals(expected, used);
    }

    private static Document pom(String file) throws Exception {
        Path path = Modules.root().resolve(file);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(path.toFile());
    }

    private static String text(Object node, String path) throws Exception {
        return XPATH.evaluate(path, node);
    }

    /** Of each element {@code path} leads to: its version by its coordinates. */
    private static Map<String, String> versions(Document pom, String path) throws Exception {
        Map<String, String> versions = new TreeMap<>();
        NodeList found = (NodeList) XPATH.evaluate(path, pom, XPathConstants.NODESET);
        for (int i = 0; i < found.getLength(); i++) {
            Element one = (Element) found.item(i);
            versions.put(
                    text(one, "groupId") + ":" + text(one, "artifactId"),
                    resolved(pom, text(one, "version")));
        }
        return versions;
    }

    /** The version that is meant, where a property is named. */
    private static String resolved(Document pom, String version) throws Exception {
        if (!version.startsWith("${")) {
            return version;
        }
        String name = version.substring(2, version.length() - 1);
        return name.equals("project.version")
                ? text(pom, "/project/version")
                : text(pom, "/project/properties/*[name()='" + name + "']");
    }
}
