package qubes.karaf;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A jar of a Maven repository, by its coordinates. */
record Artifact(String group, String name, String version) {
    private static final Pattern URL = Pattern.compile("mvn:([^/]+)/([^/]+)/([^/]+)");

    /**
     * The artifact of a file.
     *
     * @param path of the file in a folder that is laid out as a repository
     */
    static Artifact at(Path path) {
        Path version = path.getParent();
        Path name = version == null ? null : version.getParent();
        Path group = name == null ? null : name.getParent();
        if (version == null || name == null || group == null) {
            throw new IllegalArgumentException("Not laid out as a repository: " + path);
        }
        return new Artifact(
                group.toString().replace('/', '.'),
                String.valueOf(name.getFileName()),
                String.valueOf(version.getFileName()));
    }

    /** The artifact of a URL of Pax URL's. */
    static Artifact of(String url) {
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            throw new IllegalArgumentException("Not mvn:GROUP/NAME/VERSION: " + url);
        }
        return new Artifact(parts.group(1), parts.group(2), parts.group(3));
    }

    String file() {
        return name + "-" + version + ".jar";
    }

    /** Where it is in a folder that is laid out as a repository. */
    String path() {
        return group.replace('.', '/') + "/" + name + "/" + version + "/" + file();
    }

    String url() {
        return "mvn:" + group + "/" + name + "/" + version;
    }
}
