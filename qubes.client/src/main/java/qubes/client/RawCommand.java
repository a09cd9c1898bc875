package qubes.client;

import java.io.IOException;
import java.util.List;

/** {@code raw}: any method of the Admin API. */
final class RawCommand implements Command {
    @Override
    public String usage() {
        return "raw [-e] METHOD [ARGUMENT [DESTINATION]]";
    }

    @Override
    public String help() {
        return """
                Call a method of the Admin API and write its reply as it is. What is piped in is the payload. An empty
                ARGUMENT ('') stands for none; DESTINATION is dom0 unless told.
                  -e, --empty    no payload; do not read from standard input
                """;
    }

    @Override
    public int run(Session session, List<String> arguments) {
        Options options = new Options().flag("-e", "--empty").parse(arguments);
        List<String> words = options.positional(1, 3, "the method");
        boolean nothing =
                options.has("-e")
                        || (session.in() == System.in && Terminal.standardInputIsTerminal());
        try {
            byte[] payload = nothing ? new byte[0] : session.in().readAllBytes();
            byte[] reply =
                    session.daemon()
                            .callForBytes(
                                    words.get(0),
                                    words.size() > 1 ? words.get(1) : "",
                                    words.size() > 2 ? words.get(2) : Daemon.DOM0,
                                    payload);
            session.out().write(reply, 0, reply.length);
            session.out().flush();
        } catch (IOException e) {
            throw new DaemonError(
                    "QubesException", "The payload cannot be read: " + e.getMessage());
        }
        return 0;
    }
}
