using Dapr.Workflow;
using Microsoft.Extensions.Logging;
using Serverless.WorkflowSdk.Tests.Support;
using static Serverless.WorkflowSdk.Tests.Support.Events;

namespace Serverless.WorkflowSdk.Tests.Replay;

public sealed class TurnTests
{
    [Fact]
    public void The_time_is_that_of_the_first_turn_in_every_replay_and_moves_on_with_each_turn()
    {
        static async Task<DateTime[]> Times(WorkflowContext context)
        {
            var first = context.CurrentUtcDateTime;
            await context.CallActivityAsync("A");
            var second = context.CurrentUtcDateTime;
            await context.CallActivityAsync("B");
            return [first, second, context.CurrentUtcDateTime];
        }

        var result = Turn.Next(Times, [Scheduled(0, "A"), TurnStarted(5), Completed(0), Scheduled(1, "B")], Completed(1));
        Turn.Json.Deserialize<DateTime[]>(result.Completion.Result).ShouldBe([Start, Start.AddSeconds(5), Start.AddSeconds(10)]);
        Turn.Json.Deserialize<DateTime[]>(result.Completion.Result)!.ShouldAllBe(time => time.Kind == DateTimeKind.Utc);
    }

    [Fact]
    public void The_time_never_goes_back()
    {
        static async Task<DateTime> Time(WorkflowContext context)
        {
            await context.CallActivityAsync("A");
            return context.CurrentUtcDateTime;
        }

        Turn.Run(Time, [TurnStarted(100), Started(), Scheduled(0, "A")], [TurnStarted(50), Completed(0)]).Completion.Result
            .ShouldBe(Turn.Json.Serialize(Start.AddSeconds(100)));
    }

    [Fact]
    public void Past_events_are_replay_and_new_ones_are_not_and_loggers_follow()
    {
        using var log = new Lines();
        static async Task<bool[]> Code(WorkflowContext context)
        {
            var logger = context.CreateReplaySafeLogger("c");
            var seen = new List<bool>();
            void Note(string text)
            {
                seen.Add(context.IsReplaying);
                var line = text + (logger.IsEnabled(LogLevel.Information) ? " enabled" : "");
                logger.Log(LogLevel.Information, default, line, null, static (state, _) => state);
            }

            Note("start");
            await context.CallActivityAsync("A");
            Note("past");
            await context.CallActivityAsync("B");
            Note("new");
            return [.. seen];
        }

        using var factory = LoggerFactory.Create(builder => builder.AddProvider(log));
        var past = new[] { TurnStarted(), Started(), Scheduled(0, "A"), Completed(0), Scheduled(1, "B") };
        Turn.Run(Code, past, [TurnStarted(10), Completed(1)], loggers: factory).Completion.Result.ShouldBe("[true,true,false]");
        log.Written.ShouldBe(["new enabled"]);
    }

    [Fact]
    public void The_custom_status_is_in_every_turn_that_runs_the_code_which_set_it()
    {
        static async Task<int> Code(WorkflowContext context)
        {
            context.SetCustomStatus(new { Done = 1 });
            await context.CallActivityAsync("A");
            context.SetCustomStatus(null);
            return await context.CallActivityAsync<int>("B");
        }

        Turn.First(Code).Response.CustomStatus.ShouldBe("{\"done\":1}");
        Turn.Next(Code, [Scheduled(0, "A")]).Response.CustomStatus.ShouldBe("{\"done\":1}");
        Turn.Next(Code, [Scheduled(0, "A")], Completed(0)).Response.CustomStatus.ShouldBeNull();
    }

    [Fact]
    public void A_patch_holds_for_new_code_and_is_stamped_each_time_that_the_code_asks()
    {
        static async Task<bool[]> Code(WorkflowContext context)
        {
            var first = context.IsPatched("p1");
            await context.CallActivityAsync("A");
            return [first, context.IsPatched("p2"), context.IsPatched("p1"), context.IsPatched("P1")];
        }

        var version = Turn.First(Code).Response.Version;
        (version.Name, version.Patches.ShouldHaveSingleItem()).ShouldBe(("W", "p1"));
        var later = Turn.Run(Code, [TurnStarted(0, "p1"), Started(), Scheduled(0, "A")], [TurnStarted(10), Completed(0)]);
        later.Completion.Result.ShouldBe("[true,true,true,true]");
        later.Response.Version.Patches.ShouldBe(["p1", "p2", "p1", "P1"]);
    }

    [Fact]
    public void A_patch_does_not_change_code_that_ran_before_it_was_first_asked_for()
    {
        static async Task<bool[]> Loop(WorkflowContext context)
        {
            var seen = new List<bool>();
            for (var turn = 0; turn < 3; turn++)
            {
                seen.Add(context.IsPatched("p"));
                await context.CallActivityAsync("A");
            }

            return [.. seen];
        }

        // The first call ran before the patch was written, the second stamped it.
        var past = new[] { TurnStarted(), Started(), Scheduled(0, "A"), TurnStarted(5, "p"), Completed(0), Scheduled(1, "A") };
        Turn.Run(Loop, past, [TurnStarted(10), Completed(1)]).Actions.ShouldHaveSingleItem().Id.ShouldBe(2);
        Turn.Run(Loop, [.. past, TurnStarted(10, "p", "p"), Completed(1), Scheduled(2, "A")], [TurnStarted(15), Completed(2)])
            .Completion.Result.ShouldBe("[false,true,true]");
    }

    [Fact]
    public void An_exception_that_nobody_catches_fails_the_instance()
    {
        static Task<int> Throws(WorkflowContext context) => throw new NotSupportedException("no good");
        var completion = Turn.First(Throws).Completion;
        completion.Status().ShouldBe("Failed");
        completion.Result.ShouldBeNull();
        (completion.FailureDetails.ErrorType, completion.FailureDetails.ErrorMessage).ShouldBe(("System.NotSupportedException", "no good"));
        completion.FailureDetails.IsNonRetriable.ShouldBeTrue();
        completion.FailureDetails.StackTrace.ShouldContain(nameof(Throws));
    }

    [Fact]
    public void No_result_travels_as_the_empty_string() =>
        Turn.First(_ => Task.FromResult<string?>(null)).Completion.Result.ShouldBe("");

    [Fact]
    public void The_last_action_has_the_id_0() =>
        Turn.Next(context => context.CallActivityAsync<int>("A"), [Scheduled(0, "A")], Completed(0, "1")).Actions.ShouldHaveSingleItem().Id.ShouldBe(0);

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
