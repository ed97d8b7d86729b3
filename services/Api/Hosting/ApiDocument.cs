using System.Text.Json.Serialization;
using Microsoft.OpenApi;
using Serverless.Contracts.Specs;

namespace Serverless.Api.Hosting;

/// <summary><c>GET /openapi/v1.json</c>: the API in words for programs (OpenAPI 3.1). The same wherever it runs, so that a copy of it can be kept and compared.</summary>
internal static class ApiDocument
{
    public const string Name = "v1";

    private const string Key = "api-key";

    public static void AddApiDocument(this IServiceCollection services)
    {
        // Numbers are numbers here, and never texts that hold one.
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict);
        services.AddOpenApi(Name, options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Serverless",
                Version = Name,
                Description = "Durable batch LLM inference: jobs, their shards and results, the workers and models behind them.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Key] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key (serverless keys create); needed once there is one." },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, document)] = [] }];
            return Task.CompletedTask;
        }));
    }

    /// <summary>Describes the body of a submission. (Said by the route itself, ASP.NET would refuse other types of content in its own words.)</summary>
    public static RouteHandlerBuilder TakesJob(this RouteHandlerBuilder route) => route.AddOpenApiOperationTransformer(async (operation, context, cancellation) =>
    {
        context.Document!.AddComponent(nameof(JobSpec), await context.GetOrCreateSchemaAsync(typeof(JobSpec), parameterDescription: null, cancellation));
        var schema = new OpenApiSchemaReference(nameof(JobSpec), context.Document);
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description = "The job's document, as docs/job-file.md says.",
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = schema }, ["application/yaml"] = new() { Schema = schema } },
        };
    });

    public static void MapApiDocument(this IEndpointRouteBuilder routes) => routes.MapOpenApi().WithMetadata(PublicRoute.Instance).AllowAnonymous();
}
