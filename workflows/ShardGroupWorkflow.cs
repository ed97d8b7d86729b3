using Dapr.Workflow;
using Serverless.Contracts.Api;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Status;
using Serverless.Jobs.Actors;
using Serverless.Placement.Pools;

namespace Serverless.Workflows;

/// <summary>
/// About a hundred shards: offers them to the pool at once, takes the outcomes as events, offers again what failed and may pass, and seals the group
/// when all parts are there. A watchdog asks the pool for what went silent.
/// </summary>
public sealed class ShardGroupWorkflow : Workflow<GroupInput, GroupResult>
{
    /// <summary>How soon the watchdog looks after something ended.</summary>
    public static readonly TimeSpan Watch = TimeSpan.FromSeconds(60);

    /// <summary>How seldom it looks when nothing ends for long, so that a job that waits for days has a short history.</summary>
    public static readonly TimeSpan SeldomWatch = TimeSpan.FromMinutes(16);

    /// <inheritdoc />
    public override async Task<GroupResult> RunAsync(WorkflowContext context, GroupInput input)
    {
        var shards = new GroupShards(input);
        var calls = new GroupCalls(context, input);
        try
        {
            var stop = context.WaitForExternalEventAsync<StopRequest>(JobEvents.Stop);
            var ended = context.WaitForExternalEventAsync<ShardsEnded>(JobEvents.ShardsEnded);
            shards.Done(await calls.FindDoneAsync());
            await calls.OfferAsync(shards.Out);
            var pause = Watch;
            var watchdog = context.CreateTimer(pause);
            while (shards.Out.Count > 0 && !stop.IsCompleted)
            {
                await Task.WhenAny(ended, stop, watchdog);
                var silent = watchdog.IsCompleted ? await FindSilentAsync(calls, shards) : [];
                List<ShardTicket> again = [];
                while (ended.IsCompletedSuccessfully)
                {
                    again.AddRange(shards.Apply(ended.Result));
                    ended = context.WaitForExternalEventAsync<ShardsEnded>(JobEvents.ShardsEnded);
                    pause = Watch;
                }

                if (watchdog.IsCompleted)
                {
                    again.AddRange(shards.Again(silent));
                    watchdog = context.CreateTimer(pause);
                    pause = pause * 2 < SeldomWatch ? pause * 2 : SeldomWatch;
                }

                await calls.OfferAsync(again);
            }

            if (shards.Out.Count > 0)
            {
                // Stopped: what has no part gets one that says so, which no late writer can replace.
                var request = stop.Result;
                if (request.Error is not null)
                {
                    return new GroupResult(null, null);
                }

                await calls.FenceAsync(request.As is JobStatus.Expired ? ErrorCodes.Expired : ErrorCodes.Cancelled);
            }

            return new GroupResult(null, await calls.SealAsync());
        }
        catch (JobFailedException failure)
        {
            return new GroupResult(failure.Error, null);
        }
        catch (WorkflowTaskFailedException failure)
        {
            return new GroupResult(new JobErrorResource(ErrorCodes.Io, failure.FailureDetails.ErrorMessage), null);
        }
    }

    /// <summary>
    /// Attempts that are out, that the pool does not know, and that left no part. A report that was on its way is there by the time this ends, and
    /// counts first.
    /// </summary>
    private static async Task<IReadOnlyList<(int Shard, int Attempt)>> FindSilentAsync(GroupCalls calls, GroupShards shards)
    {
        var silent = shards.Silent(await calls.FindAsync());
        if (silent.Count > 0)
        {
            shards.Done(await calls.FindDoneAsync());
        }

        return silent;
    }
}
