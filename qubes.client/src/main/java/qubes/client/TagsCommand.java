package qubes.client;

import java.util.List;

/** {@code tags}, as {@code qvm-tags}. */
final class TagsCommand implements Command {
    @Override
    public String usage() {
        return "tags VM [list [TAG]]\ntags VM add TAG ...\ntags VM del TAG ...";
    }

    @Override
    public String help() {
        return """
                List, add or remove tags. "list TAG" ends with exit code 1 if the qube does not have the tag.
                """;
    }

    @Override
    public int run(Session session, List<String> arguments) {
        List<String> words = new Options().parse(arguments).positional();
        if (words.isEmpty()) {
            throw new UsageError("the name of a qube is missing");
        }
        String vm = words.get(0);
        String action = words.size() == 1 ? "list" : words.get(1);
        List<String> tags = words.size() < 3 ? List.of() : words.subList(2, words.size());
        switch (action) {
            case "list", "ls" -> {
                return list(session, vm, tags);
            }
            case "add", "a", "set" -> each(session, "admin.vm.tag.Set", vm, tags);
            case "del", "d", "unset" -> each(session, "admin.vm.tag.Remove", vm, tags);
            default -> throw new UsageError("list, add or del, not " + Text.quote(action));
        }
        return 0;
    }

    private static int list(Session session, String vm, List<String> tags) {
        if (tags.isEmpty()) {
            Session.lines(session.daemon().call("admin.vm.tag.List", "", vm))
                    .forEach(session.out()::println);
            return 0;
        }
        if (tags.size() > 1) {
            throw new UsageError("unexpected argument: " + tags.get(1));
        }
        if (!session.daemon().call("admin.vm.tag.Get", tags.get(0), vm).equals("1")) {
            return 1;
        }
        session.out().println(tags.get(0));
        return 0;
    }

    private static void each(Session session, String method, String vm, List<String> tags) {
        if (tags.isEmpty()) {
            throw new UsageError("the tag is missing");
        }
        for (String tag : tags) {
            session.daemon().call(method, tag, vm);
        }
    }
}
