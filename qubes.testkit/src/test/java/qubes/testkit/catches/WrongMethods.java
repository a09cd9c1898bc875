package qubes.testkit.catches;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.MethodTraits.Presence;
import qubes.core.admin.MethodTraits.Scope;
import qubes.core.error.ProtocolError;
import qubes.core.vm.Qubes;
import qubes.testkit.admin.AdminMethodContract;
import qubes.testkit.admin.SampleCall;

/** Methods of the Admin API that are wrong on purpose, one thing each. */
final class WrongMethods {
    private static final MethodTraits READ = MethodTraits.read(Scope.LOCAL);

    private WrongMethods() {}

    private abstract static class Reading implements AdminMethod {
        @Override
        public MethodTraits traits() {
            return READ;
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            return AdminReply.EMPTY;
        }
    }

    static final class NameWithBlank implements AdminMethodContract {
        @AdminMethodName(name = "acme greet")
        static final class Wrong extends Reading {}

        @Override
        public AdminMethod method(Qubes qubes) {
            return new Wrong();
        }
    }

    static final class WithoutName implements AdminMethodContract {
        static final class Wrong extends Reading {}

        @Override
        public AdminMethod method(Qubes qubes) {
            return new Wrong();
        }
    }

    static final class OneOfOurs implements AdminMethodContract {
        @AdminMethodName(name = "admin.vm.List")
        static final class Wrong extends Reading {}

        @Override
        public AdminMethod method(Qubes qubes) {
            return new Wrong();
        }
    }

    static final class OtherTraitsEachTime implements AdminMethodContract {
        @AdminMethodName(name = "acme.Wrong")
        static final class Wrong extends Reading {
            private final AtomicInteger asked = new AtomicInteger();

            @Override
            public MethodTraits traits() {
                return asked.incrementAndGet() % 2 == 0
                        ? READ
                        : READ.to(MethodTraits.Destination.NOT_ADMIN_VM);
            }
        }

        @Override
        public AdminMethod method(Qubes qubes) {
            return new Wrong();
        }
    }

    static final class AsksNobody implements AdminMethodContract {
        @AdminMethodName(name = "acme.Wrong")
        static final class Wrong extends Reading {
            @Override
            public AdminReply call(AdminCall call) {
                return AdminReply.EMPTY;
            }
        }

        @Override
        public AdminMethod method(Qubes qubes) {
            return new Wrong();
        }
    }

    static final class ActsBeforeItAsks implements AdminMethodContract {
        @AdminMethodName(name = "acme.Wrong")
        static final class Wrong implements AdminMethod {
            @Override
            public MethodTraits traits() {
                return MethodTraits.execute(Scope.LOCAL);
            }

            @Override
            public AdminReply call(AdminCall call) {
                call.destination().features().set("called", "1");
                call.permit();
                return AdminReply.EMPTY;
            }
        }

        @Override
        public AdminMethod method(Qubes qubes) {
            return new Wrong();
        }
    }

    static final class ActsOnSomeArguments implements AdminMethodContract {
        @AdminMethodName(name = "acme.Wrong")
        static final class Wrong implements AdminMethod {
            @Override
            public MethodTraits traits() {
                return MethodTraits.execute(Scope.LOCAL).argument(Presence.OPTIONAL);
            }

            @Override
            public AdminReply call(AdminCall call) {
                if (Decoder.ascii(call.argument(), () -> new ProtocolError("no")).equals("x")) {
                    call.destination().features().set("called", "1");
                }
                call.permit();
                return AdminReply.EMPTY;
            }
        }

        @Override
        public AdminMethod method(Qubes qubes) {
            return new Wrong();
        }
    }

    static final class FailsOnOddInput implements AdminMethodContract {
        @AdminMethodName(name = "acme.Wrong")
        static final class Wrong extends Reading {
            @Override
            public MethodTraits traits() {
                return READ.payload(Presence.REQUIRED);
            }

            @Override
            public AdminReply call(AdminCall call) {
                int number =
                        Integer.parseInt(
                                Decoder.ascii(call.payload(), () -> new ProtocolError("no")));
                call.permit();
                return AdminReply.text("" + number);
            }
        }

        @Override
        public AdminMethod method(Qubes qubes) {
            return new Wrong();
        }

        @Override
        public SampleCall sample(Qubes qubes) {
            return SampleCall.to(WORK).payload("5");
        }
    }

    static final class ReadsAndWrites implements AdminMethodContract {
        @AdminMethodName(name = "acme.Wrong")
        static final class Wrong extends Reading {
            @Override
            public AdminReply call(AdminCall call) {
                call.permit();
                call.destination().tags().add("read");
                return AdminReply.EMPTY;
            }
        }

        @Override
        public AdminMethod method(Qubes qubes) {
            return new Wrong();
        }
    }

    static final class WaitsAtOnce implements AdminMethodContract {
        @AdminMethodName(name = "acme.Wrong")
        static final class Wrong extends Reading {
            @Override
            public AdminReply call(AdminCall call) {
                call.permit();
                LockSupport.parkNanos(1_000);
                return AdminReply.EMPTY;
            }
        }

        @Override
        public AdminMethod method(Qubes qubes) {
            return new Wrong();
        }
    }

    static final class OneAtATime implements AdminMethodContract {
        @AdminMethodName(name = "acme.Wrong")
        static final class Wrong extends Reading {
            private final AtomicInteger inside = new AtomicInteger();

            @Override
            public AdminReply call(AdminCall call) {
                call.permit();
                if (inside.incrementAndGet() > 1) {
                    throw new IllegalStateException("one at a time");
                }
                LockSupport.parkNanos(50_000_000);
                inside.decrementAndGet();
                return AdminReply.EMPTY;
            }
        }

        @Override
        public AdminMethod method(Qubes qubes) {
            return new Wrong();
        }
    }
}
