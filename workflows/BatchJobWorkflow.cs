using Dapr.Workflow;
using Serverless.Contracts.Api;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Status;
using Serverless.Jobs;
using Serverless.Jobs.Actors;
using Serverless.Workflows.Activities;

namespace Serverless.Workflows;

/// <summary>
/// One job: plan, attach to a pool, groups of shards in a sliding window, finalise. A tree without continue-as-new: ten thousand shards are a hundred
/// children. Only ids and counts are in its history, never rows.
/// </summary>
public sealed class BatchJobWorkflow : Workflow<JobWorkflowInput, string>
{
    /// <summary>Shards of one group.</summary>
    public const int ShardsPerGroup = JobKey.ShardsPerGroup;

    /// <summary>Groups at once: enough that the pool has always something to hand out.</summary>
    public const int Window = 8;

    /// <inheritdoc />
    public override async Task<string> RunAsync(WorkflowContext context, JobWorkflowInput input)
    {
        var job = new JobRef(input.Key, input.SpecUri);
        var steps = new JobStepsCaller(context, job);
        JobStatus end;
        try
        {
            var stop = context.WaitForExternalEventAsync<StopRequest>(JobEvents.Stop);
            await steps.EnterAsync(new JobStep { Status = JobStatus.Planning });
            var claim = await steps.ClaimAsync(input.SubmittedAt);
            if (claim.Finished is { } finished)
            {
                await steps.EnterAsync(finished with { Status = JobStatus.Finalizing });
                await steps.EnterAsync(finished);
                end = finished.Status!.Value;
            }
            else
            {
                end = await WorkAsync(context, steps, claim, input, stop);
            }
        }
        catch (JobFailedException failure)
        {
            end = await FailAsync(steps, failure.Error);
        }
        catch (WorkflowTaskFailedException failure)
        {
            end = await FailAsync(steps, new JobErrorResource(ErrorCodes.Io, failure.FailureDetails.ErrorMessage));
        }

        await steps.CloseAsync();
        await steps.NotifyAsync();
        return $"{end}";
    }

    /// <summary>Plans, works, finishes; gives how the job ended.</summary>
    private static async Task<JobStatus> WorkAsync(
        WorkflowContext context, JobStepsCaller steps, ClaimResult claim, JobWorkflowInput input, Task<StopRequest> stop)
    {
        var deadline = claim.Deadline is { } at ? context.CreateTimer(at.UtcDateTime, CancellationToken.None) : null;
        var ending = new JobEnding(stop, deadline);
        for (var file = 0; file < claim.Files && ending.Request is null;)
        {
            file = await steps.PlanFilesAsync(file, claim.Files);
        }

        if (ending.Request is { } request)
        {
            return await EndUnplannedAsync(steps, request);
        }

        var plan = await steps.CompletePlanAsync();

        // The state before the pool, which says itself when there is a replica.
        await steps.EnterAsync(new JobStep
        {
            Status = JobStatus.WaitingForCapacity, Reason = "an engine replica", RowsTotal = plan.Rows, ShardsTotal = plan.Shards,
        });
        var pool = await steps.AttachAsync(claim, input);
        await steps.EnterAsync(new JobStep { PoolId = pool });
        var groups = new GroupWindow(context, steps, new JobRef(input.Key, input.SpecUri), pool, plan.Shards, claim.MaxAttempts);
        await groups.RunAsync(ending);
        return await FinishAsync(steps, groups, ending.Request);
    }

    private static async Task<JobStatus> EndUnplannedAsync(JobStepsCaller steps, StopRequest request)
    {
        if (request.As is JobStatus.Failed)
        {
            throw new JobFailedException(request.Error!);
        }

        await steps.EnterAsync(new JobStep { Status = request.As is JobStatus.Expired ? JobStatus.Finalizing : JobStatus.Cancelling });
        await steps.EnterAsync(new JobStep { Status = request.As });
        return request.As;
    }

    private static async Task<JobStatus> FinishAsync(JobStepsCaller steps, GroupWindow groups, StopRequest? stop)
    {
        if ((groups.Error ?? stop?.Error) is { } error)
        {
            throw new JobFailedException(error);
        }

        var stoppedAs = groups.AllEnded ? null : stop?.As;
        await steps.EnterAsync(new JobStep { Status = JobStatus.Finalizing });
        var final = await steps.FinishAsync(new FinishInput(stoppedAs, groups.Started, groups.NotStarted));
        await steps.EnterAsync(final);
        return final.Status!.Value;
    }

    private static async Task<JobStatus> FailAsync(JobStepsCaller steps, JobErrorResource error)
    {
        await steps.EnterAsync(new JobStep { Status = JobStatus.Failed, Reason = error.Message, Error = error });
        return JobStatus.Failed;
    }
}
