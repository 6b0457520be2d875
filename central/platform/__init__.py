"""全国建筑工人管理服务信息平台: what confirmed workers, their contracts, entries, exits and passages are told to, project by project.

Off unless the settings name the platform and a system administrator switches a project on. See docs/operations/platform.md.
"""
