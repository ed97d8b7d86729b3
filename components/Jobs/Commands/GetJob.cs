using MediatR;
using Serverless.Jobs.Actors;

namespace Serverless.Jobs.Commands;

/// <summary>A job; null if the tenant has none of that id.</summary>
public sealed record GetJob(string Tenant, string Id) : IRequest<JobView?>, ITenantCommand;

/// <summary>Asks the job's actor.</summary>
public sealed class GetJobHandler(JobActors actors) : IRequestHandler<GetJob, JobView?>
{
    /// <inheritdoc />
    public Task<JobView?> Handle(GetJob query, CancellationToken cancellationToken) => actors.Job(new JobKey(query.Tenant, query.Id)).GetAsync();
}
