package qubes.reference;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.MethodTraits.Access;
import qubes.core.admin.MethodTraits.Destination;
import qubes.core.admin.MethodTraits.Pace;
import qubes.core.admin.MethodTraits.Presence;

/** The page of the methods of the Admin API, as they are declared. */
final class MethodPage {
    private static final String HEAD =
            """
            # Admin API

            Written by the build from the methods' declarations and the first sentences of their documentation.

            A request is `METHOD+ARGUMENT SOURCE name DESTINATION`, a zero byte and the payload, on the socket `qubesd.sock`, `qubesd.internal.sock` or
            `qubesd.misc.sock`; the caller then closes its half. A `*` in a name stands for one of several: a klass, or a class of devices.

            | column | says |
            |---|---|
            | destination | `dom0`; any qube, dom0 too; or any but dom0 |
            | argument, payload | what must be there, may be there, or must not (empty) |
            | policy | the file in `policy.d/include` that lets qubes call it: `ro` reads, `rwx` changes or runs something; `local` is about one qube, `global` about the system |
            | pace | `instant`: memory only; `brief`: a change is on disk when the answer comes; `long`: a guest or the data of a volume is waited for |

            ## Who may call

            dom0 may call everything. A call of a qube comes through qrexec, which asks its policy first. The daemon asks the same policy once more before a
            method of `qubesd.sock` runs: a call that is denied, or that no rule fits, is answered with `PermissionDenied`. `allow` and `ask` pass, with or without
            `target=`, since qrexec has asked the user already. Lists and event streams show a qube what the policy plainly allows it: for `ask` it is
            shown nothing.

            A mistake anywhere in the policy denies everything to qubes until it is mended, and the log says where it is. If there is no policy file at all, calls are
            left to qrexec, and lists show qubes nothing. A change counts a second later at most. The file `etc/qubes.admin.policy.cfg` in the home folder configures it:

            | key | default | what |
            |---|---|---|
            | `policy.dirs` | `/run/qubes/policy.d`, `/etc/qubes/policy.d` | folders of the policy; a file hides its namesakes in later ones |
            | `policy.legacy.dir` | `/etc/qubes-rpc/policy` | files of the old syntax, for `!compat-4.0` |
            | `check.calls` | `true` | whether the daemon asks about calls too, not only for lists and events |

            The folder `policy.d` of the distribution has a policy with a line for each method, which grants nothing by itself: what is added to its four included files is granted.
            """;

    private MethodPage() {}

    static String of(List<MethodSources.Source> methods) {
        Map<String, List<MethodSources.Source>> groups =
                methods.stream()
                        .collect(
                                Collectors.groupingBy(
                                        MethodSources.Source::group,
                                        TreeMap::new,
                                        Collectors.toList()));
        StringBuilder page = new StringBuilder(HEAD);
        groups.forEach(
                (group, members) ->
                        page.append("\n## ")
                                .append(EventPage.words(group))
                                .append("\n\n")
                                .append(members.get(0).groupAbout())
                                .append("\n\n")
                                .append(table(members)));
        return page.toString();
    }

    private static MarkdownTable table(List<MethodSources.Source> methods) {
        MarkdownTable table =
                new MarkdownTable(
                        "method",
                        "destination",
                        "argument",
                        "payload",
                        "policy",
                        "socket",
                        "pace",
                        "about");
        for (MethodSources.Source method : methods) {
            MethodTraits traits = method.traits();
            table.row(
                    "`" + method.name() + "`",
                    words(traits.destination()),
                    words(traits.argument()),
                    words(traits.payload()),
                    policy(traits),
                    traits.socket().name().toLowerCase(Locale.ROOT),
                    words(traits.pace()),
                    method.about());
        }
        return table;
    }

    /** The included file of the policy, without the {@code admin-} that all have. */
    static String policy(MethodTraits traits) {
        return traits.scope().name().toLowerCase(Locale.ROOT)
                + (traits.access() == Access.READ ? "-ro" : "-rwx");
    }

    private static String words(Destination destination) {
        return switch (destination) {
            case ANY -> "any";
            case ADMIN_VM -> "dom0";
            case NOT_ADMIN_VM -> "not dom0";
        };
    }

    private static String words(Presence presence) {
        return switch (presence) {
            case NONE -> "";
            case OPTIONAL -> "may";
            case REQUIRED -> "must";
        };
    }

    private static String words(Pace pace) {
        return pace.name().toLowerCase(Locale.ROOT);
    }
}
