using Dapr.Actors;
using Dapr.Actors.Runtime;
using Dapr.Workflow;

namespace Serverless.Benchmarks.Durable;

/// <summary>Does nothing, durably: one activity after the other.</summary>
internal sealed class SequenceWorkflow : Workflow<int, int>
{
    public override async Task<int> RunAsync(WorkflowContext context, int input)
    {
        int done = 0;
        while (done < input) done = await context.CallActivityAsync<int>(nameof(NextActivity), done);
        return done;
    }
}

/// <summary>All activities at once.</summary>
internal sealed class FanOutWorkflow : Workflow<int, int>
{
    public override async Task<int> RunAsync(WorkflowContext context, int input)
    {
        int[] results = await Task.WhenAll(Enumerable.Range(0, input).Select(i => context.CallActivityAsync<int>(nameof(NextActivity), i)));
        return results.Length == results.Distinct().Count() ? results.Length : throw new InvalidOperationException("Results are missing.");
    }
}

/// <summary>Children side by side, each with a fan-out of its own.</summary>
internal sealed class FamilyWorkflow : Workflow<FamilySize, int>
{
    public override async Task<int> RunAsync(WorkflowContext context, FamilySize input)
    {
        int[] results = await Task.WhenAll(Enumerable.Range(0, input.Children).Select(i => context.CallChildWorkflowAsync<int>(
            nameof(FanOutWorkflow), input.Activities, new ChildWorkflowTaskOptions(InstanceId: $"{context.InstanceId}-{i}"))));
        return results.Sum();
    }
}

internal sealed record FamilySize(int Children, int Activities);

/// <summary>The cheapest activity.</summary>
internal sealed class NextActivity : WorkflowActivity<int, int>
{
    public override Task<int> RunAsync(WorkflowActivityContext context, int input) => Task.FromResult(input + 1);
}

/// <summary>The cheapest actor.</summary>
public interface IBenchmarkActor : IActor
{
    /// <summary>Touches no state.</summary>
    Task<int> PingAsync(int value);

    /// <summary>Writes one value.</summary>
    Task<int> PutAsync(int value);

    /// <summary>Asks for a reminder and notes when it is due.</summary>
    Task RemindAsync(int milliseconds);
}

/// <inheritdoc cref="IBenchmarkActor" />
[Actor(TypeName = Type)]
internal sealed class BenchmarkActor(ActorHost host) : Actor(host), IBenchmarkActor, IRemindable
{
    public const string Type = "Benchmark";

    /// <summary>Called with the milliseconds by which each reminder is late.</summary>
    public static Action<double>? Reminded { get; set; }

    public Task<int> PingAsync(int value) => Task.FromResult(value);

    public async Task<int> PutAsync(int value)
    {
        await StateManager.SetStateAsync("value", value);
        return value;
    }

    public async Task RemindAsync(int milliseconds)
    {
        byte[] due = BitConverter.GetBytes(TimeProvider.System.GetUtcNow().AddMilliseconds(milliseconds).UtcTicks);
        await RegisterReminderAsync("due", due, TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromMilliseconds(-1));
    }

    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        Reminded?.Invoke((TimeProvider.System.GetUtcNow().UtcTicks - BitConverter.ToInt64(state)) / (double)TimeSpan.TicksPerMillisecond);
        return Task.CompletedTask;
    }
}
