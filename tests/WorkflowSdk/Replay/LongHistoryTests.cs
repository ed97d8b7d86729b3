using Dapr.Protocol;
using Dapr.Workflow;
using Serverless.WorkflowSdk.Tests.Support;
using static Serverless.WorkflowSdk.Tests.Support.Events;

namespace Serverless.WorkflowSdk.Tests.Replay;

public sealed class LongHistoryTests
{
    private const int Count = 20_000;

    [Fact]
    public void A_long_sequence_replays_without_running_out_of_stack()
    {
        static async Task<int> Code(WorkflowContext context)
        {
            for (var number = 0; number < Count; number++)
            {
                await context.CallActivityAsync("A", number).ConfigureAwait(false);
            }

            return Count;
        }

        var past = Enumerable.Range(0, Count).SelectMany(id => new[] { Scheduled(id, "A"), Completed(id) }).ToArray();
        Turn.Next(Code, past).Completion.Result.ShouldBe($"{Count}");
    }

    [Fact]
    public void A_long_history_of_early_ends_and_kept_events_replays_too()
    {
        static async Task<int> Code(WorkflowContext context)
        {
            await context.WaitForExternalEventAsync<object>("go");
            var sum = 0;
            for (var number = 0; number < Count; number++)
            {
                sum += await context.WaitForExternalEventAsync<int>("e");
            }

            return sum + (await Task.WhenAll(Enumerable.Range(0, Count).Select(number => context.CallActivityAsync<int>("A", number)))).Sum();
        }

        HistoryEvent[] past =
        [
            .. Enumerable.Range(0, Count).Select(id => Completed(id, "1")), .. Enumerable.Range(0, Count).Select(_ => Raised("e", "1")), Raised("go"),
            .. Enumerable.Range(0, Count).Select(id => Scheduled(id, "A")),
        ];
        Turn.Next(Code, past).Completion.Result.ShouldBe($"{2 * Count}");
    }
}
