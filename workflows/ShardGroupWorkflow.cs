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
    /// <summary>How often the watchdog looks.</summary>
    public static readonly TimeSpan Watch = TimeSpan.FromSeconds(60);

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
            var watchdog = context.CreateTimer(Watch);
            while (shards.Out.Count > 0 && !stop.IsCompleted)
            {
                await Task.WhenAny(ended, stop, watchdog);
                List<ShardTicket> again = [];
                while (ended.IsCompletedSuccessfully)
                {
                    again.AddRange(shards.Apply(ended.Result));
                    ended = context.WaitForExternalEventAsync<ShardsEnded>(JobEvents.ShardsEnded);
                }

                if (watchdog.IsCompleted && shards.Out.Count > 0)
                {
                    again.AddRange(await LookAsync(calls, shards));
                    watchdog = context.CreateTimer(Watch);
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

    private static async Task<IReadOnlyList<ShardTicket>> LookAsync(GroupCalls calls, GroupShards shards)
    {
        var known = await calls.FindAsync();
        var silent = shards.Silent(known);
        if (silent.Count == 0)
        {
            return [];
        }

        // A part that is there says more than whoever was to report it.
        shards.Done(await calls.FindDoneAsync());
        return shards.Again(silent);
    }
}
