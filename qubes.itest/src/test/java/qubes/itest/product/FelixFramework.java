package qubes.itest.product;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Felix, as {@code ./qubesd --shell} starts it; plugins are stopped and started in its shell. */
final class FelixFramework implements Framework {
    private final BuiltClone clone;
    private final Path home;
    private Program program;

    FelixFramework() throws IOException {
        clone = BuiltClone.make();
        home = clone.room().resolve("home");
    }

    @Override
    public void start() throws IOException {
        List<String> command =
                List.of(
                        clone.folder().resolve("qubesd").toString(),
                        "--home",
                        home.toString(),
                        "--hypervisor",
                        BuiltClone.NO_GUESTS,
                        "--shell");
        program = new Program(command, Map.of(), clone.room().resolve("said"));
    }

    @Override
    public Path socket() {
        return home.resolve("run").resolve("qubesd.sock");
    }

    @Override
    public void stop(String bundle) throws Exception {
        program.say("stop " + id(bundle));
    }

    @Override
    public void resume(String bundle) throws Exception {
        program.say("start " + id(bundle));
    }

    private String id(String bundle) throws Exception {
        Pattern line = Pattern.compile("(\\d+)\\|\\w+ *\\| *\\d+\\|" + Pattern.quote(bundle));
        int before = program.said().length();
        program.say("lb -s " + bundle);
        String[] id = new String[1];
        Await.until(
                "the shell lists " + bundle,
                () -> {
                    Matcher found = line.matcher(program.said().substring(before));
                    id[0] = found.find() ? found.group(1) : null;
                    return id[0] != null;
                },
                this::seen);
        return id[0];
    }

    @Override
    public void end() throws Exception {
        program.terminate();
    }

    @Override
    public String seen() {
        return program.said();
    }

    @Override
    public void close() {
        program.kill();
        try {
            program.await();
            clone.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
