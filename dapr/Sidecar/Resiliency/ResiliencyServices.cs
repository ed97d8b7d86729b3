namespace Dapr.Sidecar.Resiliency;

/// <summary>Registers the policies.</summary>
internal static class ResiliencyServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ResiliencySpec>();
        services.AddSingleton<ResiliencyPolicies>();
        services.AddSingleton<IAppCallPolicy, AppCallPolicy>();
    }
}
